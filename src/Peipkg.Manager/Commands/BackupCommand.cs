using System.CommandLine;
using System.Text.Json;
using Peipkg.CommandLine.Options;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Manager.Commands;

/// <summary><c>backup FILE</c>: a consistent copy of the database, also while a manager works on it.</summary>
internal sealed class BackupCommand(Option<string> config, ManagerWorld world)
{
    public Command Create()
    {
        Argument<string> file = CommandOptions.PathArgument("FILE", "Where the copy goes; it must not exist yet.");
        Option<bool> json = CommandOptions.Flag("--json", "Report in JSON.");
        Command command = new("backup", "Write a consistent copy of the farm's database, also while it runs.")
        {
            file,
            json,
        };
        command.SetAction(result =>
        {
            StateLayout layout = new(ManagerProgram.LoadConfig(result.GetRequiredValue(config)).StateDirectory);
            string target = Path.GetFullPath(result.GetRequiredValue(file));
            Copy(layout.Database, target);
            ActionDocument done = new()
            {
                Message =
                    $"{target} holds the database ({ByteSize.Format(new FileInfo(target).Length)}). The packages are in {layout.Repository}, "
                    + "the key and the recipes where the configuration says.",
                Changed = [target],
            };
            world.Stdout.WriteLine(
                result.GetValue(json)
                    ? JsonSerializer.Serialize(done, OperatorJson.Default.ActionDocument)
                    : TerminalText.Escape(done.Message)
            );
            return ExitCode.Success;
        });
        return command;
    }

    private static void Copy(string database, string target)
    {
        if (!File.Exists(database))
        {
            throw new UserErrorException($"there is no {database}, or it may not be seen: there is nothing to back up");
        }

        if (Path.Exists(target))
        {
            throw new UserErrorException($"{target} exists already; a backup replaces nothing");
        }

        string directory = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(directory))
        {
            throw new UserErrorException($"there is no directory {directory}");
        }

        string temporary = Path.Combine(directory, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            ManagerDatabase.CopyTo(database, temporary);
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(temporary, target, overwrite: false);
            DurableFile.SyncDirectory(directory);
        }
        catch (StorageException exception)
        {
            throw new UserErrorException(exception.Message, exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
