# Bracketed paste: one block, tabs and line breaks kept, a block taller than the screen.
start
seq 40 | sed 's/.*/total = (total or 0) + &/' > "$work/block.lua"
mux load-buffer "$work/block.lua"
mux paste-buffer -p -t "$pane"
sees 'forty lines arrive as one text' 'total = (total or 0) + 40'
sees 'what is above the screen is counted' '↑17'
for _ in $(seq 39); do keys Up; done
sees 'the text scrolls under the cursor' '[1]> total = (total or 0) + 1'
keys Enter
ends_with 'and runs as one' '[2]>'
line 'total'
sees 'with all its lines' '820'
printf 'y = {\n\t1,\n\t2,\n}\n' | mux load-buffer -
mux paste-buffer -p -t "$pane"
sees 'tabs do not complete' '2,'
keys Enter
line '#y'
sees 'and the text is intact' '2'
printf '[9]> for i = 1, 2 do\n   │   z = i\n   │ end\n' | mux load-buffer -
mux paste-buffer -p -t "$pane"
sees 'prompts that were copied along are taken away' '[5]> for i = 1, 2 do'
keys Enter
ends_with 'and what is left runs' '[6]>'
finish
