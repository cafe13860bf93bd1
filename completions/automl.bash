# Completion of automl for bash: source it, or put it into a folder of bash-completion.
_automl() {
  local word=${COMP_WORDS[COMP_CWORD]} words= options= files= studies=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "start check run ps why logs stop pause resume board status show model export replay edit fork retry enqueue ask tell report server completion help version --version -h --help --server -q --quiet" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
    start) options='-h --help --json -d --detach' files=yes studies=yes ;;
    check) options='-h --help --json --explain --smoke --quote' files=yes studies=yes ;;
    run) options='-h --help --json -g --gpus -c --cpus -m --memory -t --time -d --dataset -e --env --detach' files=yes studies=yes ;;
    ps) options='-h --help --json -a --all -n --limit' studies=yes ;;
    why) options='-h --help --json' studies=yes ;;
    logs) options='-h --help -f --follow --timestamps' studies=yes ;;
    stop) options='-h --help --json -f --force' studies=yes ;;
    pause) options='-h --help --json' studies=yes ;;
    resume) options='-h --help --json' studies=yes ;;
    board) options='-h --help --json -n --limit' studies=yes ;;
    status) options='-h --help --json' studies=yes ;;
    show) options='-h --help --json' studies=yes ;;
    model) options='-h --help --json' words='ls get' studies=yes ;;
    export) options='-h --help --json --format --schedule -o --output' studies=yes ;;
    replay) options='-h --help --json --scheduler' studies=yes ;;
    edit) options='-h --help --json --set --dry-run' files=yes studies=yes ;;
    fork) options='-h --help --json' studies=yes ;;
    retry) options='-h --help --json --failed' studies=yes ;;
    enqueue) options='-h --help --json' studies=yes ;;
    ask) options='-h --help --json -n --count' studies=yes ;;
    tell) options='-h --help --failed' studies=yes ;;
    report) options='-h --help --json --html' studies=yes ;;
    server) options='-h --help --json' words='start stop status' ;;
    completion) options='-h --help' words='bash zsh' ;;
    help) options='-h --help' words='start check run ps why logs stop pause resume board status show model export replay edit fork retry enqueue ask tell report server completion help version' ;;
    version) options='-h --help' ;;
  esac
  case $word in
    -*) words=$options studies= files= ;;
  esac
  [ -n "$studies" ] && words="$words $(automl completion names 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _automl automl
