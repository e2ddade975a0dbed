using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Peipkg.Build.Tests.Support;
using Xunit.Abstractions;

namespace Peipkg.Build.Tests.Sandboxing;

/// <summary>What a sandboxed script tries on the kernel and on the machine around it, with real system calls.</summary>
public sealed class SandboxGuardTests(ITestOutputHelper output) : IDisposable
{
    private const string Installed = "\nmkdir -p \"$DESTDIR/usr/share\"; touch \"$DESTDIR/usr/share/file\"\n";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Calls_that_would_undo_the_sandbox_are_refused_and_all_others_work()
    {
        _bench.Write(
            "source/try.c",
            """
            #define _GNU_SOURCE
            #include <errno.h>
            #include <sched.h>
            #include <signal.h>
            #include <stdio.h>
            #include <sys/ioctl.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <sys/wait.h>
            #include <unistd.h>
            #ifndef SYS_clone3
            #define SYS_clone3 435
            #endif
            static void say(const char *name, long result) { printf("%s %d\n", name, result < 0 ? errno : 0); }
            int main(void) {
                say("keyctl", syscall(SYS_keyctl, 0, -3, 0));
                say("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
                say("request_key", syscall(SYS_request_key, "user", "x", 0, 0));
                say("bpf", syscall(SYS_bpf, 0, 0, 0));
                say("perf_event_open", syscall(SYS_perf_event_open, 0, 0, 0, 0, 0));
                say("userfaultfd", syscall(SYS_userfaultfd, 0));
                say("io_uring_setup", syscall(425, 0, 0));
                say("mount", syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0));
                say("fsopen", syscall(430, "tmpfs", 0));
                say("open_tree", syscall(428, 0, "/", 0));
                say("setns", syscall(SYS_setns, 0, 0));
                say("unshare user", syscall(SYS_unshare, CLONE_NEWUSER));
                say("clone user", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
                say("clone3", syscall(SYS_clone3, 0, 0));
                say("vsock", socket(40, SOCK_STREAM, 0));
                say("alg", socket(38, SOCK_SEQPACKET, 0));
                int pair[2];
                say("vsock pair", socketpair(40, SOCK_STREAM, 0, pair));
                say("unix pair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
                say("type", ioctl(0, TIOCSTI, "x"));
                say("unshare files", unshare(CLONE_FILES));
                say("unix", socket(AF_UNIX, SOCK_STREAM, 0));
                say("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
                fflush(stdout);
                pid_t child = fork();
                if (child == 0) _exit(0);
                say("fork", child);
                say("wait", waitpid(child, 0, 0));
                return 0;
            }
            """
        );
        _bench.Script("gcc -o try \"$SOURCE_DIR/try.c\" && ./try" + Installed);
        _bench.Build("--sandbox").Succeeds();
        string[] refused =
        [
            "keyctl",
            "add_key",
            "request_key",
            "bpf",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup",
            "mount",
            "fsopen",
            "open_tree",
            "setns",
            "unshare user",
            "clone user",
        ];
        Assert.Equal(
            string.Concat(refused.Select(name => name + " 1\n"))
                + "clone3 38\nvsock 97\nalg 97\nvsock pair 97\nunix pair 0\ntype 1\nunshare files 0\nunix 0\nnetlink 0\nfork 0\nwait 0\n",
            _bench.ScriptOutput
        );
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Programs_of_32_bits_and_of_x32_find_the_same_refusals()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/usr/lib32"))
        {
            output.WriteLine("not run: no libraries of 32 bits here");
            return;
        }

        // int 0x80 is the way of 32-bit programs, open to every program; bit 30 of the number is the way of x32.
        _bench.Write(
            "source/try.c",
            """
            #include <errno.h>
            #include <stdio.h>
            #include <unistd.h>
            static long old(long number, long a) {
                long result;
                __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(0), "d"(0), "S"(0), "D"(0) : "memory");
                return result;
            }
            int main(void) {
                printf("keyctl %ld\n", old(288, 0));
                printf("mount %ld\n", old(21, 0));
                printf("unshare %ld\n", old(310, 0x10000000));
                printf("socketcall %ld\n", old(102, 1));
                printf("socketcall pair %ld\n", old(102, 8));
                printf("socketcall bind %d\n", old(102, 2) != -38);
                printf("socketpair %ld\n", old(360, 40));
                printf("getpid %d\n", old(20, 0) == getpid());
                printf("x32 %d\n", syscall(0x40000000 + 250, 0, 0) < 0 ? -errno : 0);
                return 0;
            }
            """
        );
        _bench.Script("gcc -o try \"$SOURCE_DIR/try.c\" && ./try" + Installed);
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal(
            "keyctl -1\nmount -1\nunshare -1\nsocketcall -38\nsocketcall pair -38\nsocketcall bind 1\nsocketpair -97\ngetpid 1\nx32 -38\n",
            _bench.ScriptOutput
        );
    }

    [Fact]
    public void The_callers_keyring_is_not_the_scripts()
    {
        // Through /proc a process sees the keys that it has; the file itself is covered in a sandbox.
        _bench.Script("cat /proc/keys /proc/key-users 2> /dev/null | wc -c" + Installed);
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal("0\n", _bench.ScriptOutput);

        // Nor bubblewrap's: what stands in its place says which it has.
        // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
        int number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 219 : 250;
        string tell = $"perl -e 'print syscall({number}, 0, -3, 0)'";
        string callers = _bench.Shell(tell);
        if (callers.StartsWith("-1", StringComparison.Ordinal))
        {
            output.WriteLine("half of it not run: no keyrings on this kernel, or in this container");
            return;
        }

        _bench.Program("only/bwrap", $"case \" $* \" in *' /build/work '*) {tell}; exit 1 ;; esac");
        _bench.SearchPath = _bench["only"];
        _bench.Build("--sandbox").Fails("exited with status 1");
        Assert.Matches("^[0-9]+$", _bench.ScriptOutput);
        Assert.NotEqual(callers, _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("", 65536)]
    [InlineData("128MiB", 32768)]
    public void Memory_that_belongs_to_no_process_is_small(string memory, int kibibytes)
    {
        _bench.Script(
            """
            df -k --output=size /dev/shm | tail -n 1 | tr -d ' '
            ! head -c 100M /dev/zero 2> /dev/null > /dev/shm/big || echo "wrote to /dev/shm"
            for place in /dev /dev/pts /proc /run /var /usr/local/etc; do
                ! head -c 1M /dev/zero 2> /dev/null > "$place/big" || echo "wrote to $place"
            done
            """ + Installed
        );
        _bench.Build(["--sandbox", .. memory.Length == 0 ? Array.Empty<string>() : ["--memory", memory]]).Succeeds();
        Assert.Equal(kibibytes.ToString(CultureInfo.InvariantCulture) + "\n", _bench.ScriptOutput);
    }

    [Fact]
    public void What_administrators_keep_below_usr_is_not_there()
    {
        if (!Directory.Exists("/usr/local/etc"))
        {
            return;
        }

        _bench.Script("ls -A /usr/local/etc | wc -l; [ -d /usr/local/lib ] && echo lib" + Installed);
        _bench.Build("--sandbox").Succeeds();
        Assert.Equal("0\nlib\n", _bench.ScriptOutput);
    }

    [Fact]
    public void The_script_has_no_descriptor_but_its_three()
    {
        _bench.Script("ls /proc/self/fd | tr '\\n' ' '" + Installed);
        _bench.Build("--sandbox").Succeeds();

        // ls has the directory open.
        Assert.Equal("0 1 2 3 ", _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("--allow-network", false)]
    [InlineData("--share-network", true)]
    public void Abstract_sockets_of_the_machine_are_reached_only_through_its_own_network(string option, bool reached)
    {
        if (!TunnelFactAttribute.IsPossible && !reached)
        {
            output.WriteLine("not run: " + TunnelFactAttribute.Reason);
            return;
        }

        string name = $"peipkg-{Guid.NewGuid():N}";
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
        socket.Listen(1);
        _bench.Script(
            $$"""
            perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
                print connect($s, pack("Sa*", AF_UNIX, "\0{{name}}")) ? "reached\n" : "not there\n"'
            """ + Installed
        );
        _bench.Build("--sandbox", option).Succeeds();
        Assert.Equal(reached ? "reached\n" : "not there\n", _bench.ScriptOutput);
    }

    [TunnelFact]
    public void A_network_of_its_own_leads_out_but_not_to_services_of_this_machine()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        _bench.Script(
            $$"""
            grep -q '^[a-z0-9]*	00000000' /proc/net/route && echo route
            grep -c '^nameserver' /etc/resolv.conf
            gateway=$(perl -ne 'print join(".", reverse map { hex } unpack("(a2)*", $1)) if /^\S+\t00000000\t(\S+)/' /proc/net/route)
            for address in 127.0.0.1 $gateway 10.0.2.2; do
                perl -MSocket -e '$SIG{ALRM} = sub { exit }; alarm 1; socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
                    print "reached $ARGV[0]\n" if connect($s, sockaddr_in({{port}}, inet_aton($ARGV[0])))' "$address" || :
            done
            """ + Installed
        );
        _bench.Build("--sandbox", "--allow-network").Succeeds();
        Assert.Equal("route\n1\n", _bench.ScriptOutput);
    }

    [Fact]
    public void Without_a_program_for_packets_the_package_to_install_is_named()
    {
        string only = Directory.CreateDirectory(_bench["only"]).FullName;
        File.CreateSymbolicLink(Path.Combine(only, "bwrap"), "/usr/bin/bwrap");
        _bench.SearchPath = only;
        _bench
            .Build("--sandbox", "--allow-network")
            .Fails("neither is installed; install the package \"passt\"", "--share-network");
        Assert.Empty(_bench.Outputs);
    }

    [Theory]
    [InlineData("sleep 0 & wait $!")]
    [InlineData("unshare -rn sleep 0.5 & sleep 0.2")]
    public void Where_the_sandbox_ends_before_it_is_connected_bubblewraps_own_words_stand(string sandbox)
    {
        // It tells in two pieces, as bubblewrap does, and would be killed by SIGPIPE if only the first was read.
        _bench.Program(
            "only/bwrap",
            $$"""
            case " $* " in *' --info-fd '*) ;; *) exit 0 ;; esac
            {{sandbox}}
            echo "{ \"child-pid\": $!" >&4; sleep 0.1; echo ', "net-namespace": 1 }' >&4
            exec 4>&-; wait; echo no room for a sandbox >&2; exit 1
            """
        );
        _bench.Program("only/pasta", "exec sleep 60");
        _bench.SearchPath = _bench["only"];
        Stopwatch watch = Stopwatch.StartNew();
        RunResult result = _bench.Build("--sandbox", "--allow-network").Fails("exited with status 1");
        Assert.DoesNotContain("pasta", result.Error, StringComparison.Ordinal);
        Assert.Equal("no room for a sandbox\n", _bench.ScriptOutput);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("{ \"child\": 1 }")]
    public void What_bubblewrap_tells_is_quoted_where_it_names_no_process(string told)
    {
        _bench.Program(
            "only/bwrap",
            $"case \" $* \" in *' --info-fd '*) ;; *) exit 0 ;; esac\necho '{told}' >&4; exec 4>&-; sleep 60"
        );
        _bench.Program("only/pasta", "exec sleep 60");
        _bench.SearchPath = _bench["only"];
        _bench.Build("--sandbox", "--allow-network").Fails("does not tell which process it made: " + told);
    }

    [Fact]
    public void A_program_for_packets_that_fails_is_quoted_and_the_script_does_not_run()
    {
        string only = Directory.CreateDirectory(_bench["only"]).FullName;
        File.CreateSymbolicLink(Path.Combine(only, "bwrap"), "/usr/bin/bwrap");
        _bench.Program("only/pasta", "echo no tunnel here >&2\nexit 1");
        _bench.SearchPath = only;
        _bench.Script("echo ran" + Installed);
        _bench.Build("--sandbox", "--allow-network").Fails("no tunnel here", "/dev/net/tun", "--share-network");
        Assert.Equal("", _bench.ScriptOutput);
    }
}
