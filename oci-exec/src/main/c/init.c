/*
 * init: executes a syscall program. Freestanding: no libc, no relocations, no writable data of its own.
 *
 * argv[1] is the number of a descriptor, in decimal, that holds the program. The file is mapped privately at BASE, so that
 * pointers in it are constants: a header, the registers, data, operations (all made by ProgramBuilder, in Java). Both
 * halves of a clone3 without CLONE_VM go on in the same loop, each in its own copy.
 *
 * Without argv[1] the program is part of the executable file, and mapped there already.
 *
 * With argv[2], the number of a pipe, the program is still being made: a byte comes when it is whole, none when its maker
 * has gone.
 *
 * An operation that fails writes its index and the error number to the report descriptor and ends the process.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define BASE 0x10000000ul

enum kind { CALL, MOVE, LOAD, STORE, BRANCH, FAIL };
enum condition { EQUAL, DIFFERENT, LESS, AT_LEAST, ANY_BIT };

struct header {
	u32 report;
	u32 operations; /* offset of the first one */
	u64 registers[];
};

struct operation {
	u8 kind;
	u8 to;           /* register for the result */
	u8 from;         /* bit n: argument n is a register */
	u8 detail;       /* width in bytes, or condition */
	u32 target;      /* number of the system call, or index to branch to */
	u16 tolerated[4]; /* error numbers that are results; 0xffff: all are */
	u64 argument[6];
};

#if defined(__x86_64__)
#define NR_READ 0
#define NR_WRITE 1
#define NR_LSEEK 8
#define NR_MMAP 9
#define NR_EXIT_GROUP 231
__asm__(".globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n\tand $-16,%rsp\n\tcall run\n");

static long call(u64 n, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
	long r;
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
		: "=a"(r) : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return r;
}
#elif defined(__aarch64__)
#define NR_READ 63
#define NR_WRITE 64
#define NR_LSEEK 62
#define NR_MMAP 222
#define NR_EXIT_GROUP 94
__asm__(".globl _start\n_start:\n\tmov x29,#0\n\tmov x30,#0\n\tmov x0,sp\n\tb run\n");

static long call(u64 n, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
	register u64 x8 __asm__("x8") = n;
	register u64 x0 __asm__("x0") = a;
	register u64 x1 __asm__("x1") = b;
	register u64 x2 __asm__("x2") = c;
	register u64 x3 __asm__("x3") = d;
	register u64 x4 __asm__("x4") = e;
	register u64 x5 __asm__("x5") = f;
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return (long)x0;
}
#else
#error "a page of assembly for this architecture is missing"
#endif

static __attribute__((noreturn)) void fail(u32 report, u32 index, u32 error) {
	u32 record[2] = { index, error };
	call(NR_WRITE, report, (u64)record, sizeof record, 0, 0, 0);
	for (;;)
		call(NR_EXIT_GROUP, 1, 0, 0, 0, 0, 0);
}

static int tolerates(const struct operation *o, u64 error) {
	for (int i = 0; i < 4; i++)
		if (o->tolerated[i] == error || o->tolerated[i] == 0xffff)
			return 1;
	return 0;
}

static int holds(u8 condition, u64 a, u64 b) {
	switch (condition) {
	case EQUAL: return a == b;
	case DIFFERENT: return a != b;
	case LESS: return (long)a < (long)b;
	case AT_LEAST: return (long)a >= (long)b;
	default: return (a & b) != 0;
	}
}

static u64 number(u64 text) {
	u64 n = 0;
	for (const char *digit = (const char *)text; *digit; digit++)
		n = n * 10 + (*digit - '0');
	return n;
}

static void map(u64 *stack) {
	u64 fd = number(stack[2]);
	u8 byte;
	if (stack[3] && call(NR_READ, number(stack[3]), (u64)&byte, 1, 0, 0, 0) != 1)
		call(NR_EXIT_GROUP, 121, 0, 0, 0, 0, 0);
	long size = call(NR_LSEEK, fd, 0, 2, 0, 0, 0);
	/* PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED_NOREPLACE */
	long at = call(NR_MMAP, BASE, size, 3, 0x100002, fd, 0);
	if (at != BASE)
		call(NR_EXIT_GROUP, 120, 0, 0, 0, 0, 0);
}

__attribute__((noreturn, used)) void run(u64 *stack) {
	struct header *program = (struct header *)BASE;
	if (stack[2])
		map(stack);

	const struct operation *first = (const struct operation *)(BASE + program->operations);
	for (u32 index = 0;; index++) {
		const struct operation *o = first + index;
		u64 v[6];
		for (int i = 0; i < 6; i++)
			v[i] = o->from >> i & 1 ? program->registers[o->argument[i]] : o->argument[i];
		u64 result = v[0];
		switch (o->kind) {
		case CALL:
			result = call(o->target, v[0], v[1], v[2], v[3], v[4], v[5]);
			if (result >= -4095ul && !tolerates(o, -result))
				fail(program->report, index, -result);
			break;
		case LOAD:
			result = o->detail == 8 ? *(u64 *)v[0] : o->detail == 4 ? *(u32 *)v[0] : *(u16 *)v[0];
			break;
		case STORE:
			if (o->detail == 8)
				*(u64 *)v[0] = v[1];
			else
				*(u32 *)v[0] = v[1];
			break;
		case BRANCH:
			if (holds(o->detail, v[0], v[1]))
				index = o->target - 1;
			continue;
		case FAIL:
			fail(program->report, index, v[0]);
		}
		program->registers[o->to] = result;
	}
}
