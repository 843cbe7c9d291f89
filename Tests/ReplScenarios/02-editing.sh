# Keys inside a text.
start
type_text 'retrun 1 + 1'
keys Home Delete Delete Delete Delete Delete Delete
type_text 'return'
keys Enter
sees 'Home, Delete and inserting' '2'
keys C-l
type_text 'alpha beta'
keys C-Left
type_text 'X'
keys C-Right
type_text 'Y'
ends_with 'words are stepped over' '[2]> alpha XbetaY'
keys F7 S-F9 M-F3
ends_with 'keys without a meaning type nothing' '[2]> alpha XbetaY'
keys C-w C-w
ends_with 'words are deleted' '[2]>'
keys C-y
ends_with 'and come back' '[2]> alpha'
keys C-u
type_text 'one two'
keys C-a C-k
keys C-_
ends_with 'undo' '[2]> one two'
keys C-c
line 'do'
keys BSpace BSpace
type_text 'y = 1'
keys Up End
type_text ' -- first'
keys Down End
type_text ' + 1'
check 'Up and Down move inside the text' wait_last '   │ y = 1 + 1'
sees 'and leave the other line as it was' '[2]> do -- first'
keys C-c
finish
start indentation
keys C-l
line 'if true then'
type_text 'end'
ends_with 'a word that closes a block moves out' '   │ end'
type_text 'ing = 1'
ends_with 'and in again when it grows into another' '   │   ending = 1'
keys Enter
type_text 'end'
ends_with 'a line after it stands where it should' '   │ end'
keys Enter
ends_with 'and the block runs' '[2]>'
finish
window editor
line "VISUAL='sed -i s/1/20/' '$program' -q"
wait_for '[1]>'
type_text '1 + 1'
keys M-e
ends_with 'Alt-e edits the text in the editor' '[1]> 20 + 1'
keys Enter
sees 'and what comes back runs' '21'
keys C-l
line '%edit 1'
sees '%edit opens an earlier text' '40'
finish
