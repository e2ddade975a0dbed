using System.CommandLine.Completions;

namespace Peipkg.CommandLine.Completion;

/// <summary>A value that is one of those that another command of the program prints, a line each; to be an argument's only completion.</summary>
/// <param name="command">The command's name. It must be quick, and silent where it can list nothing.</param>
public sealed class ListedCompletion(string command) : CompletionItem(command);
