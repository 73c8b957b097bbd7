# In the zsh that is asked: every match that a completion offers is printed, and DONE when there are no more.
# $1: the folder of the completion
PROMPT= ; unset zle_bracketed_paste
fpath=($1 $fpath); autoload -U compinit; compinit -u -D
compadd() {
  local -a hits
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -O hits "$@"
  (( $#hits )) && print -rl -- "OFFER:"${^hits}":END"
  builtin compadd "$@"
}
said() { print DON''E }
comppostfuncs=(said)
bindkey '^I' complete-word
print READ''Y
