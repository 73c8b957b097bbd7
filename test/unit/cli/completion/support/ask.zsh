# Types a line and a tab into an interactive zsh, and prints what that offers.
# $1: the folder of the completion; $2: the line; $3: setup.zsh
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "source ${(q)3} ${(q)1}"
zpty -r asked said '*READY*'
zpty -w -n asked "$2"$'\t'
zpty -r asked said '*DONE*'
print -r -- "$said" | tr -d '\r' | sed -n 's/^.*OFFER:\(.*\):END.*$/\1/p' | sort -u
zpty -d asked
