# Chinese, emoji and accents: input, editing, width.
start
keys C-l
type_text '"你好，世界"'
keys Left Left Left
type_text '！'
ends_with 'the cursor steps over wide characters' '[1]> "你好，！世界"'
check 'and stands where it seems to' test "$(cursor)" = '14,0'
keys End Enter
sees 'Chinese text comes back' '"你好，！世界"'
keys C-l
type_text '#"👨‍👩‍👧é"'
keys Left BSpace Left
type_text 'a'
keys BSpace Enter
sees 'a joined emoji is one character' '18'
line 'utf8.len("👍🏽")'
ends_with 'a skin tone leaves the line in order' '[4]>'
keys C-l
type_text 'x = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"'
keys Home Right
type_text 'y'
sees 'a wide character that does not fit goes to the next row' '[4]> xy = "一二'
keys C-c
finish
