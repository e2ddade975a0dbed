using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Processes;

/// <summary>
/// A shell that waits for our end at a pipe which only we hold open, and then carries a <see cref="DeathPlan"/> out. SIGKILL
/// leaves us no other way, and the kernel's own PR_SET_PDEATHSIG reaches one process, not what that has started.
/// </summary>
internal sealed class DeathWatch : IDisposable
{
    // The fields of a stat line behind the name: state, parent, group, session. Three times, for what was just being born.
    // What was killed is in its control group until it has ended.
    private const string Script = """
        read -r _
        leader=$1 mark=$2 group=$3
        shift 3
        in_session() {
            set -- ${1##*) }
            [ "$4" = "$leader" ]
        }
        for _ in 1 2 3; do
            [ -z "$group" ] || echo 1 > "$group/cgroup.kill"
            kill -s KILL -- "-$leader"
            for process in /proc/[0-9]*; do
                { read -r line < "$process/stat"; } || continue
                if in_session "$line" || { [ -n "$mark" ] && grep -qzxF -e "$mark" "$process/environ"; }; then
                    [ "${process#/proc/}" = "$$" ] || kill -s KILL "${process#/proc/}"
                fi
            done
        done 2> /dev/null
        rm -rf -- "$@"
        [ -z "$group" ] || for _ in 1 2 3 4 5 6 7 8 9 10; do
            rmdir "$group" && break
            sleep 0.1
        done
        """;

    private readonly int _watcher;
    private readonly SafeFileHandle _lifeline;

    private DeathWatch(int watcher, SafeFileHandle lifeline)
    {
        _watcher = watcher;
        _lifeline = lifeline;
    }

    /// <summary>Begins to watch over a child.</summary>
    /// <param name="leader">The child, which leads its session.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="adopt">As the child was started.</param>
    /// <param name="group">The child's control group; null for none.</param>
    internal static DeathWatch Begin(int leader, DeathPlan plan, bool adopt, ControlGroup? group)
    {
        (SafeFileHandle read, SafeFileHandle write) = PosixProcess.CreatePipe();
        using (read)
        {
            ChildProcessOptions options = new()
            {
                FileName = "/bin/sh",
                Arguments =
                [
                    "-c",
                    Script,
                    "sh",
                    leader.ToString(CultureInfo.InvariantCulture),
                    plan.Mark ?? "",
                    group?.Place ?? "",
                    .. plan.Directories,
                ],
                Environment = [new("PATH", "/usr/bin:/bin"), new("LC_ALL", "C")],
                WorkingDirectory = "/",
            };
            using SafeFileHandle nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
            try
            {
                return new DeathWatch(
                    ProcessTree.Start(() => ProcessSpawner.Start(options, read, nowhere, nowhere), adopt),
                    write
                );
            }
            catch
            {
                write.Dispose();
                throw;
            }
        }
    }

    /// <summary>Ends the watch: the child is gone.</summary>
    public void Dispose()
    {
        ProcessSignal.Send(_watcher, Signal.Kill);
        ProcessTree.Reap(_watcher);
        _lifeline.Dispose();
    }
}
