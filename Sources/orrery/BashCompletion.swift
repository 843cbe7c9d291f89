import Base

/// Writes the bash completion of the program from what its commands declare.
struct BashCompletion {
  let options: [CommandOption]
  let commands: [Command]

  /// The script; `source <(orrery completion bash)` turns it on.
  var script: String {
    """
    # Completion for orrery: source <(orrery completion bash)
    _orrery() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words= word command=
      for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in \(commands.map(\.info.name).joined(separator: "|"))) command=$word; break ;; esac
      done
      case $command:$previous in
    \(choiceCases.map { "    \($0)" }.joined(separator: "\n"))
      esac
      if [ -z "$words" ]; then
        case $command in
    \(commandCases.map { "      \($0)" }.joined(separator: "\n"))
        esac
      fi
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
    }
    complete -o filenames -o bashdefault -F _orrery orrery

    """
  }

  private var choiceCases: [String] {
    let own = choices(of: options, command: "")
    return own + commands.flatMap { choices(of: $0.options, command: $0.info.name) } + ["*) ;;"]
  }

  private func choices(of options: [CommandOption], command: String) -> [String] {
    options.filter { !$0.choices.isEmpty }.map { option in
      let names = option.spellings.map { "\(command):\($0)" }
      return "\(names.joined(separator: "|"))) words='\(option.choices.joined(separator: " "))' ;;"
    }
  }

  private var commandCases: [String] {
    let top = commands.map(\.info.name) + options.map { "--\($0.name)" }
    let cases = commands.map { command in
      let words = command.subcommands + command.options.map { "--\($0.name)" } + ["--help"]
      return "\(command.info.name)) words='\(words.joined(separator: " "))' ;;"
    }
    return ["'') words='\(top.joined(separator: " "))' ;;"] + cases
  }
}
