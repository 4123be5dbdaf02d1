# Sourced: starts the virtual machine.

# kvm_works KERNEL INITRAMFS: whether a guest really boots with KVM; one that hangs is given up after ten seconds.
kvm_works() {
    [[ -w /dev/kvm ]] || return 1
    timeout -k 1 10 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults -display none -no-reboot \
        -serial stdio -kernel "$1" -initrd "$2" -append "console=ttyS0 quiet crij.probe" </dev/null 2>/dev/null |
        grep -q 'vm: probe ok'
}

# machine ACCELERATION KERNEL INITRAMFS DISK RESULTS CONSOLE PROGRESS ARGUMENTS: runs until the guest powers off, with
# more arguments for the kernel
machine() {
    local accel=(-accel tcg,thread=multi,tb-size=512 -cpu max)
    [[ $1 != kvm ]] || accel=(-accel kvm -cpu host)
    exec qemu-system-x86_64 "${accel[@]}" -smp "$(nproc)" -m "${CRIJ_VM_MEMORY:-2048}" -nodefaults -display none -no-reboot \
        -kernel "$2" -initrd "$3" -append "console=ttyS0 quiet loglevel=5 panic=-1 mitigations=off nokaslr ${8:-}" \
        -drive "file=$4,if=virtio,format=raw,cache=unsafe" -drive "file=$5,if=virtio,format=raw,cache=unsafe" \
        -object rng-random,filename=/dev/urandom,id=rng -device virtio-rng-pci,rng=rng \
        -serial "file:$6" -serial "file:$7"
}
