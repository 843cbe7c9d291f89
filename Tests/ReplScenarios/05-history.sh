# History: one entry per text, search, two sessions at once, another session later.
start
line '"first"'
wait_for '[2]>'
line 'for i = 1, 2 do'
line 'print(i)'
keys BSpace BSpace
line 'end'
wait_for '[3]>'
line '"second"'
wait_for '[4]>'
line '"second"'
sees 'four texts ran' '[5]>'
keys C-l Up
ends_with 'Up recalls the last text' '[5]> "second"'
keys Up
check 'the same text twice is one entry, several lines come back whole' wait_last '   │ end'
keys Down Down Enter
wait_for '[6]>'
keys C-l
type_text '"fi'
keys Up
ends_with 'Up after a prefix finds what starts with it' '[6]> "first"'
keys C-c C-r
type_text 'pri'
sees '^R searches' 'search “pri”'
check 'and shows the whole text' wait_last '   │ end'
keys C-g
ends_with '^G gives the search up' '[6]>'
first=$pane
start second
line '"from the second session"'
wait_for '[2]>'
pane=$first
line '"from the first session"'
wait_for '[7]>'
finish
pane=second
finish
start third
keys Up
ends_with 'a later session knows what both entered' '[1]> "from the first session"'
keys Up
ends_with 'in the order it was entered' '[1]> "from the second session"'
keys C-c
check 'the file is for the owner only' test "$(stat -c %a "$work/state/orrery/history.jsonl")" = 600
finish
