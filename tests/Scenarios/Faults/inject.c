/*
 * Runs a program and disturbs one of the system calls with which it changes files below a directory.
 *
 *   inject DIRECTORY LOG count COMMAND...         changes nothing; LOG gets a line for each such call
 *   inject DIRECTORY LOG kill N COMMAND...        the Nth call is not made: the program ends there (SIGKILL)
 *   inject DIRECTORY LOG ERRNO N COMMAND...       the Nth call is not made and fails with ENOSPC, EIO, EACCES or EROFS
 *   inject DIRECTORY LOG ERRNO+ N COMMAND...      so do all after it, but those that free space when it is ENOSPC
 *
 * Calls are counted over all threads in the order in which the kernel gets them. strace counts for each thread apart, and
 * a preloaded library sees neither what a runtime looks up by itself nor a direct system call; hence this.
 * Exit status: the program's; 128 + the signal's number; 125 when tracing is not possible here.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* <linux/ptrace.h> and <sys/ptrace.h> do not go together. */
#define GET_SYSCALL_INFO 0x420e
struct call_info {
    uint8_t op, pad[3];
    uint32_t arch;
    uint64_t instruction_pointer, stack_pointer;
    uint64_t nr, args[6];
    uint64_t more[4];
};
enum { ENTRY = 1, EXIT = 2 };

/* Where a call names what it changes: a path argument, a descriptor argument, or neither. */
struct known_call {
    long number;
    const char *name;
    int path, descriptor, frees;
};
static const struct known_call calls[] = {
#ifdef SYS_open
    {SYS_open, "open", 0, -1, 0}, {SYS_creat, "creat", 0, -1, 0}, {SYS_rename, "rename", 1, -1, 1},
    {SYS_link, "link", 1, -1, 0}, {SYS_symlink, "symlink", 1, -1, 0}, {SYS_unlink, "unlink", 0, -1, 1},
    {SYS_mkdir, "mkdir", 0, -1, 0}, {SYS_rmdir, "rmdir", 0, -1, 1}, {SYS_chmod, "chmod", 0, -1, 1},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", 3, -1, 1},
#endif
    {SYS_openat, "openat", 1, -1, 0}, {SYS_renameat2, "renameat2", 3, -1, 1}, {SYS_linkat, "linkat", 3, -1, 0},
    {SYS_symlinkat, "symlinkat", 2, -1, 0}, {SYS_unlinkat, "unlinkat", 1, -1, 1}, {SYS_mkdirat, "mkdirat", 1, -1, 0},
    {SYS_fchmodat, "fchmodat", 1, -1, 1}, {SYS_truncate, "truncate", 0, -1, 0}, {SYS_ftruncate, "ftruncate", -1, 0, 0},
    {SYS_fchmod, "fchmod", -1, 0, 1}, {SYS_fallocate, "fallocate", -1, 0, 0}, {SYS_write, "write", -1, 0, 0},
    {SYS_pwrite64, "pwrite64", -1, 0, 0}, {SYS_writev, "writev", -1, 0, 0}, {SYS_pwritev, "pwritev", -1, 0, 0},
    {SYS_sendfile, "sendfile", -1, 0, 0}, {SYS_copy_file_range, "copy_file_range", -1, 2, 0},
    {SYS_ioctl, "ioctl", -1, 0, 0}, {SYS_fsync, "fsync", -1, 0, 0}, {SYS_fdatasync, "fdatasync", -1, 0, 0},
    {SYS_syncfs, "syncfs", -1, 0, 0}, {SYS_utimensat, "utimensat", -1, 0, 1},
};

static const char *directory;
static FILE *log_file;
static long counted, target;
static int fault, lasting, killing;

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static void read_string(pid_t thread, uint64_t address, char *text, size_t size)
{
    size_t have = 0;
    /* Page by page: the string may end just before one that is not there. */
    while (have + 1 < size) {
        size_t part = 4096 - (address + have) % 4096;
        if (part > size - 1 - have)
            part = size - 1 - have;
        struct iovec to = {text + have, part}, from = {(void *)(address + have), part};
        ssize_t got = process_vm_readv(thread, &to, 1, &from, 1, 0);
        if (got <= 0)
            break;
        if (memchr(text + have, 0, (size_t)got))
            return;
        have += (size_t)got;
    }
    text[have] = 0;
}

static int is_below(const char *path)
{
    size_t length = strlen(directory);
    return path[0] != '/' || (strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0));
}

/* Whether a call is one that changes a file in the directory; says which file. */
static const struct known_call *changes(pid_t thread, const struct call_info *info, char *path, size_t size)
{
    const struct known_call *call = NULL;
    for (size_t i = 0; i < sizeof calls / sizeof *calls && !call; i++)
        if (calls[i].number == (long)info->nr)
            call = &calls[i];
    if (!call)
        return NULL;
    if (call->path >= 0) {
        if (info->args[call->path] == 0)
            return NULL;
        read_string(thread, info->args[call->path], path, size);
        if (!is_below(path))
            return NULL;
    } else {
        char name[64];
        snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)thread, (int)info->args[call->descriptor]);
        ssize_t length = readlink(name, path, size - 1);
        if (length <= 0)
            return NULL;
        path[length] = 0;
        if (path[0] != '/' || !is_below(path))
            return NULL;
    }
    int flags = call->number == SYS_openat ? 2 : -1;
#ifdef SYS_open
    if (call->number == SYS_open)
        flags = 1;
#endif
    /* Opening changes a file when it may make or empty one. */
    if (flags >= 0 && !(info->args[flags] & (O_CREAT | O_TRUNC)))
        return NULL;
    /* FICLONE and FICLONERANGE; other requests change no file. */
    if (call->number == SYS_ioctl && (uint32_t)info->args[1] != 0x40049409u && (uint32_t)info->args[1] != 0x4020940du)
        return NULL;
    return call;
}

/* Makes the kernel skip the call whose entry the thread is at. */
static void skip(pid_t thread)
{
#if defined __x86_64__
    if (ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L) < 0)
        die("inject: skip");
#elif defined __aarch64__
    int none = -1;
    struct iovec value = {&none, sizeof none};
    if (ptrace(PTRACE_SETREGSET, thread, 0x404 /* NT_ARM_SYSTEM_CALL */, &value) < 0)
        die("inject: skip");
#else
#error "only x86_64 and aarch64"
#endif
}

static void set_result(pid_t thread, long result)
{
#if defined __x86_64__
    if (ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), result) < 0)
        die("inject: result");
#elif defined __aarch64__
    struct user_regs_struct registers;
    struct iovec value = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &value) < 0)
        die("inject: result");
    registers.regs[0] = (unsigned long long)result;
    if (ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &value) < 0)
        die("inject: result");
#endif
}

/* Threads that are in a call that was skipped. */
static pid_t failing[1024];
static int failing_count;

static void at_call(pid_t thread, pid_t program)
{
    struct call_info info;
    if (ptrace(GET_SYSCALL_INFO, thread, sizeof info, &info) < 0)
        return; /* killed meanwhile */
    if (info.op == EXIT) {
        for (int i = 0; i < failing_count; i++)
            if (failing[i] == thread) {
                set_result(thread, -fault);
                failing[i] = failing[--failing_count];
                return;
            }
        return;
    }
    char path[4200];
    const struct known_call *call = info.op == ENTRY ? changes(thread, &info, path, sizeof path) : NULL;
    if (!call)
        return;
    counted++;
    int hit = target && (counted == target || (lasting && counted > target && !(fault == ENOSPC && call->frees)));
    fprintf(log_file, "%ld %s %s%s\n", counted, call->name, path, hit ? "  <== here" : "");
    if (!hit)
        return;
    if (killing) {
        kill(program, SIGKILL);
    } else if (failing_count < 1024) {
        skip(thread);
        failing[failing_count++] = thread;
    }
}

static int watch(pid_t program)
{
    for (;;) {
        int status, deliver = 0;
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0)
            die("inject: wait");
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == program)
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80))
            at_call(thread, program);
        else if (status >> 16 == 0 && signal != SIGSTOP && signal != SIGTRAP)
            deliver = signal;
        ptrace(PTRACE_SYSCALL, thread, 0, (long)deliver);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 125;
    directory = argv[1];
    log_file = fopen(argv[2], "we");
    if (!log_file)
        die(argv[2]);
    char **command = argv + 4;
    if (strcmp(argv[3], "count") != 0) {
        static const struct { const char *name; int value; } errors[] = {
            {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EACCES", EACCES}, {"EROFS", EROFS}};
        size_t length = strlen(argv[3]);
        lasting = argv[3][length - 1] == '+';
        killing = strcmp(argv[3], "kill") == 0;
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
            if (strncmp(argv[3], errors[i].name, length - (size_t)lasting) == 0)
                fault = errors[i].value;
        target = atol(argv[4]);
        command = argv + 5;
        if (target <= 0 || !*command || (!killing && !fault))
            return 125;
    }
    pid_t program = fork();
    if (program < 0)
        die("inject: fork");
    if (program == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
            die("inject: trace");
        raise(SIGSTOP);
        execvp(*command, command);
        die(*command);
    }
    int status;
    if (waitpid(program, &status, __WALL) < 0 || !WIFSTOPPED(status))
        return 125;
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC
        | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, program, 0, options) < 0)
        die("inject: trace");
    ptrace(PTRACE_SYSCALL, program, 0, 0);
    status = watch(program);
    fclose(log_file);
    return status;
}
