package io.crij.linux;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import jnr.ffi.LibraryLoader;

/// SHA-256 by OpenSSL's libcrypto where the machine has it, else by Java. Java uses the processor's SHA instructions
/// only
/// in code of its second compiler, which a small resident JVM does without; with the first one alone it is an order of
/// magnitude slower. libcrypto always uses them.
///
/// An instance belongs to one thread at a time.
public final class Sha256 {
    private static final Cleaner CLEANER = Cleaner.create();

    private Sha256() {}

    /// A new hash function.
    public static MessageDigest create() {
        Optional<Crypto> crypto = Library.FOUND;
        return crypto.isPresent() ? new Native(crypto.get()) : java();
    }

    /// Whether libcrypto was found.
    public static boolean isNative() {
        return Library.FOUND.isPresent();
    }

    static MessageDigest java() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The functions of libcrypto (EVP_DigestInit(3)); numbers are addresses. Public for the class that jnr-ffi makes.
    public interface Crypto {
        long EVP_MD_CTX_new();

        void EVP_MD_CTX_free(long context);

        long EVP_sha256();

        int EVP_DigestInit_ex(long context, long type, long engine);

        int EVP_DigestUpdate(long context, long data, long size);

        int EVP_DigestFinal_ex(long context, long result, long size);
    }

    /// Loaded at the first use: most programs never hash.
    private static final class Library {
        static final Optional<Crypto> FOUND = load();

        private static Optional<Crypto> load() {
            try {
                Crypto crypto =
                        LibraryLoader.create(Crypto.class).failImmediately().load("crypto");
                // a library of another make shows itself here
                MessageDigest probe = new Native(crypto);
                return MessageDigest.isEqual(probe.digest(), java().digest()) ? Optional.of(crypto) : Optional.empty();
            } catch (UnsatisfiedLinkError | RuntimeException e) {
                return Optional.empty();
            }
        }
    }

    private static final class Native extends MessageDigest {
        private static final int BUFFER = 64 * 1024;
        private static final int RESULT = 32;

        private final Crypto crypto;
        private final long context;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        private final long address;

        Native(Crypto crypto) {
            super("SHA-256");
            this.crypto = crypto;
            this.address = Kernel.address(buffer);
            long made = crypto.EVP_MD_CTX_new();
            if (made == 0) {
                throw new OutOfMemoryError("libcrypto has no memory for a hash");
            }
            this.context = made;
            CLEANER.register(this, () -> crypto.EVP_MD_CTX_free(made));
            engineReset();
        }

        private static void check(int result, String function) {
            if (result != 1) {
                throw new IllegalStateException(function + " of libcrypto failed");
            }
        }

        @Override
        protected void engineReset() {
            check(crypto.EVP_DigestInit_ex(context, crypto.EVP_sha256(), 0), "EVP_DigestInit_ex");
        }

        @Override
        protected void engineUpdate(byte input) {
            engineUpdate(new byte[] {input}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] input, int from, int length) {
            for (int done = 0; done < length; ) {
                int part = Math.min(BUFFER, length - done);
                buffer.put(0, input, from + done, part);
                check(crypto.EVP_DigestUpdate(context, address, part), "EVP_DigestUpdate");
                done += part;
            }
        }

        @Override
        protected byte[] engineDigest() {
            check(crypto.EVP_DigestFinal_ex(context, address, 0), "EVP_DigestFinal_ex");
            byte[] result = new byte[RESULT];
            buffer.get(0, result);
            engineReset();
            return result;
        }

        @Override
        protected int engineGetDigestLength() {
            return RESULT;
        }
    }
}
