# ^C, ^D, ^Z.
start
type_text 'not to be run'
keys C-c
ends_with '^C drops the text' '[1]>'
line 'while true do end'
sleep 0.3
keys C-c
sees '^C stops a loop' 'nterrupted'
ends_with 'and the session goes on' '[2]>'
line 'while true do pcall(function() while true do end end) end'
sleep 0.3
keys C-c
ends_with 'a loop that swallows errors is stopped too' '[3]>'
line 'coroutine.wrap(function() while true do end end)()'
sleep 0.3
keys C-c
ends_with 'and one in a coroutine' '[4]>'
type_text 'kept'
keys C-z
sees '^Z stops the program' 'Stopped'
line 'fg'
ends_with 'and fg brings the text back' '[4]> kept'
keys C-d
ends_with '^D in a text deletes under the cursor' '[4]> kept'
keys C-u C-d
wait_last 'shell>'
line 'echo "status $?"'
sees '^D on an empty line leaves with status 0' 'status 0'
finish
start exits
line 'os.exit(7)'
wait_last 'shell>'
line 'echo "status $?"'
sees 'os.exit leaves with its status' 'status 7'
finish
