# Texts of one and of several lines, and what they show.
start
line '1 + 1'
sees 'an expression shows its value' '2'
wait_for '[2]>'
line 'x = 3'
ends_with 'a statement shows nothing' '[3]>'
line 'for i = 1, 3 do'
ends_with 'a text that is not complete goes on' '   │'
line 'print("n" .. i)'
keys BSpace BSpace
line 'end'
sees 'a text of several lines runs when it is complete' 'n3'
line 'x .. _G.nothing'
sees 'an error is shown' 'nil value'
line 'x'
sees 'and the session goes on' '3'
line '?string.rep'
sees 'a question mark explains a name' 'The string n times'
line '%help'
sees 'cell commands are listed' '%time'
keys C-l
line 'Out[1], _1'
sees 'earlier results have names' '2'
finish
