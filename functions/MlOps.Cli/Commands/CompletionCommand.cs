using System.CommandLine;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary>
/// <c>mlops completion SHELL</c>: a script that has the shell ask the program what may come next. The program answers by
/// System.CommandLine's directive <c>[suggest:N]</c>, so that the script does not change when the commands do.
/// </summary>
internal static class CompletionCommand
{
    private static readonly IReadOnlyDictionary<string, string> Scripts = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bash"] = """
            # source <(mlops completion bash)      or put that line into ~/.bashrc
            _mlops_complete() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _mlops_complete mlops
            """,
        ["zsh"] = """
            #compdef mlops
            # source <(mlops completion zsh)       after `autoload -Uz compinit && compinit`, or put both into ~/.zshrc
            _mlops_complete() {
                local completions=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a completions
                _files
            }
            compdef _mlops_complete mlops
            """,
        ["fish"] = """
            # mlops completion fish | source       or save it as ~/.config/fish/completions/mlops.fish
            complete -c mlops -a '(set -l line (commandline -p); mlops "[suggest:"(string length -- $line)"]" $line 2>/dev/null)'
            """,
        ["pwsh"] = """
            # mlops completion pwsh | Out-String | Invoke-Expression       or put that line into $PROFILE
            Register-ArgumentCompleter -Native -CommandName mlops -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                mlops "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"{string.Join(", ", Scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a script by which a shell completes commands and options; its first line says how to use it.") { shell };
        command.SetAction(parse =>
        {
            Answer.Line(Scripts[parse.GetRequiredValue(shell)]);
            return ExitCode.Done;
        });
        return command;
    }
}
