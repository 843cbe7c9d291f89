# Tab: common prefix, list with hints, pages, members, files.
start
line 'config = { server_name = "a", server_port = 80 }'
type_text 'config.se'
keys Tab
sees 'the common prefix is filled in' '[2]> config.server_'
sees 'the candidates stand below' 'server_port  80'
type_text 'p'
keys Tab
ends_with 'one candidate is taken, and its hint shown' '80'
sees 'the name is whole' '[2]> config.server_port'
keys C-u
type_text '("x"):upp'
keys Tab
sees 'methods after a colon' '("x"):upper'
keys C-u
line 'for i = 1, 100 do _G["name_" .. i] = i end'
keys C-l
type_text 'name_'
keys Tab
sees 'many candidates come in pages' 'page 1 of'
keys Tab
sees 'Tab turns the page' 'page 2 of'
type_text '9'
check 'typing takes the list away' eval '! screen | grep -q "page 2"'
keys C-u
mkdir -p "$work/files"
touch "$work/files/a-long-name.csv"
type_text "io.open('$work/files/a-"
keys Tab
sees 'file names inside strings' 'a-long-name.csv'
keys C-u
keys Tab
type_text 'x'
ends_with 'at the start of a line Tab indents' '[3]>   x'
keys C-c
type_text '%ti'
keys Tab
sees 'cell commands' '%time'
keys C-c
finish
start catalog
type_text 'llm.load "smollm2-135m'
keys Tab
sees 'names of a catalog inside strings' 'llm.load "smollm2-135m-instruct'
keys C-u
type_text 'llm.load("x", { ca'
keys Tab
sees 'named arguments' '{ cache'
type_text ' = "f'
keys Tab
sees 'and the words that they take' 'f16'
keys C-c
finish
