# Window size, terminals that can do little, pipes, colour.
start
type_text 'a_rather_long_name_that_goes_on_and_on = "and a text that takes the rest of the row"'
mux resize-window -t "$pane" -x 50 -y 24
sleep 0.3
type_text '!'
keys BSpace
sees 'a narrower window shows the text anew' 'that takes the rest'
mux resize-window -t "$pane" -x 100 -y 24
sleep 0.3
type_text ' -- end'
ends_with 'a wider one joins its rows' \
  '[1]> a_rather_long_name_that_goes_on_and_on = "and a text that takes the rest of the row" -- end'
check 'and leaves nothing behind' test "$(screen | grep -c a_rather)" = 1
keys C-c
finish
window dumb
line "TERM=dumb '$program' -q"
wait_for '[1]>'
line 'for i = 1, 2 do'
line 'print("plain", i)'
line 'end'
sees 'a terminal that can do little reads plain lines' 'plain   2'
check 'and gets no escapes' eval '! screen | grep -q "\["31m'
keys C-d
finish
window pipe
line "printf 'print(6 * 7)' | '$program'"
sees 'a pipe runs what comes, without a prompt' '42'
check 'no prompt' eval '! screen | grep -q "\[1\]>"'
line "echo 'error(\"x\")' | '$program' 2>/dev/null; echo status \$?"
sees 'a failure is a status' 'status 1'
finish
start colour
line '"text"'
wait_for '[2]>'
check 'results are coloured' eval "mux capture-pane -e -p -t colour | grep -q $'\\e\\[32m\"text\"'"
finish
window plain
line "NO_COLOR=1 '$program' -q"
wait_for '[1]>'
line '"text"'
wait_for '[2]>'
check 'NO_COLOR is respected' eval "! mux capture-pane -e -p -t plain | grep -q $'\\e\\[32m'"
finish

# A result of several screens is cut.
start tall
line 't = {} for i = 1, 90 do t[i] = { name = ("x"):rep(90) .. i } end'
line 't'
sees 'a tall result is cut with a count' 'lines left out …'
finish
