import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// `java ModernClasses.java JAR...`: gives the classes of old libraries (of Java 5 and 6) the form of Java 8, which has
/// stack maps. The JVM keeps no others in its class cache, nor any class that was verified with them. What they do
/// stays
/// the same.
public final class ModernClasses {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_7_VERSION;

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            modernize(Path.of(jar));
        }
    }

    private static void modernize(Path jar) throws IOException {
        Path fresh = Path.of(jar + ".new");
        try (JarFile in = new JarFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(fresh))) {
            ClassFile tool = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing((ClassDesc name) -> resource(in, name))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            for (ZipEntry entry : Collections.list(in.entries())) {
                byte[] bytes = in.getInputStream(entry).readAllBytes();
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(LocalDateTime.of(2025, 9, 16, 0, 0));
                out.putNextEntry(copy);
                out.write(entry.getName().endsWith(".class") ? modern(tool, bytes) : bytes);
            }
        }
        Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static InputStream resource(JarFile jar, ClassDesc name) {
        String descriptor = name.descriptorString();
        ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] modern(ClassFile tool, byte[] bytes) {
        var model = tool.parse(bytes);
        if (model.majorVersion() >= FIRST_WITH_STACK_MAPS) {
            return bytes;
        }
        // each instruction is written anew: code that is passed on as it is gets no stack maps
        return tool.transformClass(
                model,
                ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
                        .andThen(ClassTransform.endHandler(type -> type.withVersion(ClassFile.JAVA_8_VERSION, 0))));
    }
}
