/// The look of exported pages: one measure of text, quiet code, dark when the reader's system is.
enum HTMLStyle {
  /// The style sheet; colours of code keep a contrast of 4.5 to 1 or more on their ground.
  static let sheet = """
    :root {
      color-scheme: light dark;
      --ground: #ffffff; --panel: #f6f7f9; --line: #e3e6ea; --ink: #1d2129; --soft: #5b6470;
      --faint: #6b7480; --accent: #1f6feb; --accent-soft: #dbe8fd; --err-ground: #fdf1f0;
      --err-line: #d1453b; --warn-ground: #fdf7e7;
      --kw: #8b2fb8; --const: #a4410f; --num: #a4410f; --str: #1a7431; --esc: #0f6a76;
      --com: #687380; --fn: #0a58b9; --field: #3a4654; --sym: #5b6470; --bad: #c4281c;
      --a0: #24292f; --a1: #c4281c; --a2: #1a7431; --a3: #8a6100; --a4: #0a58b9; --a5: #8b2fb8;
      --a6: #0f6a76; --a7: #6b7480; --a8: #57606a; --a9: #d1453b; --a10: #2a8a44; --a11: #a17100;
      --a12: #1f6feb; --a13: #a34bd0; --a14: #14808e; --a15: #8b949e;
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue",
        "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC",
        "Noto Sans CJK JP", "WenQuanYi Micro Hei", sans-serif;
      --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas,
        "DejaVu Sans Mono", "Noto Sans Mono", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #14181d; --panel: #1c2128; --line: #2e343d; --ink: #e2e6eb; --soft: #a3acb8;
        --faint: #8b95a1; --accent: #6ea8fe; --accent-soft: #1f3354; --err-ground: #2b1a1b;
        --err-line: #f0766b; --warn-ground: #28231a;
        --kw: #d3a0f0; --const: #f2a878; --num: #f2a878; --str: #8fd19e; --esc: #76cfd8;
        --com: #8b95a1; --fn: #8fbcff; --field: #c3ccd6; --sym: #a3acb8; --bad: #ff8a80;
        --a0: #6b7480; --a1: #ff8a80; --a2: #8fd19e; --a3: #e3c26b; --a4: #8fbcff; --a5: #d3a0f0;
        --a6: #76cfd8; --a7: #c3ccd6; --a8: #8b95a1; --a9: #ffa59c; --a10: #abe0b7; --a11: #f0d58e;
        --a12: #b3d1ff; --a13: #e3c2f7; --a14: #9fdfe6; --a15: #f0f3f6;
      }
    }
    *, *::before { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1.5rem; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 1.0625rem/1.65 var(--sans); text-rendering: optimizeLegibility;
    }
    main { max-width: 58rem; margin: 0 auto; padding: 3.5rem 1.5rem 6rem; }
    h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2.2em 0 .7em; letter-spacing: -.01em; }
    h1 { font-size: 2.25rem; font-weight: 700; letter-spacing: -.022em; }
    h2 { font-size: 1.5rem; font-weight: 650; padding-bottom: .3em; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1.2rem; font-weight: 650; }
    h4, h5, h6 { font-size: 1rem; font-weight: 650; }
    main > section:first-child > :first-child { margin-top: 0; }
    p, ul, ol, dl, blockquote, table, pre, figure, details { margin: 0 0 1em; }
    .text > :is(p, ul, ol, dl, blockquote) { max-width: 48rem; }
    a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .18em; }
    ul, ol { padding-left: 1.6em; }
    li > ul, li > ol { margin-bottom: 0; }
    li:has(> input[type="checkbox"]) { list-style: none; }
    li > input[type="checkbox"] { margin: 0 .5em 0 -1.5em; accent-color: var(--accent); }
    blockquote { margin-left: 0; padding: .1em 0 .1em 1.1em; border-left: 3px solid var(--line); color: var(--soft); }
    blockquote > :last-child, .html > :last-child { margin-bottom: 0; }
    hr { border: 0; border-top: 1px solid var(--line); margin: 2.5em 0; }
    img, svg { max-width: 100%; height: auto; }
    code, pre, kbd, samp { font-family: var(--mono); }
    :not(pre) > code {
      font-size: .875em; background: var(--panel); border: 1px solid var(--line); border-radius: 4px;
      padding: .1em .32em; overflow-wrap: break-word;
    }
    pre { font-size: .875rem; line-height: 1.55; overflow-x: auto; tab-size: 2; }
    .text > pre, pre.code {
      background: var(--panel); border: 1px solid var(--line);
      border-radius: 8px; padding: .8rem 1rem;
    }
    .text > pre code, pre.code code { background: none; border: 0; padding: 0; font-size: inherit; }
    .cell { margin: 1.4em 0; }
    .cell pre { margin: 0; }
    .in { position: relative; }
    .in .n {
      position: absolute; top: 0; right: 0; z-index: 1; padding: .35rem .6rem; font-size: .72rem;
      line-height: 1; color: var(--faint); background: var(--panel); border-radius: 0 8px;
      border: 1px solid var(--line); border-width: 1px 1px 0 0;
      font-variant-numeric: tabular-nums; user-select: none;
    }
    @media (min-width: 66rem) {
      .in .n {
        right: 100%; top: .8rem; padding: .33rem .7rem 0 0; background: none; border: 0;
        font-size: .78rem;
      }
    }
    .cell .n::before { content: "["; } .cell .n::after { content: "]"; }
    .out { margin: .55rem 0 0; padding-left: 1rem; border-left: 2px solid var(--accent-soft); }
    .out > * { margin: 0 0 .55rem; } .out > :last-child { margin-bottom: 0; }
    .out pre.text { padding: .1rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    .out pre.err { background: var(--warn-ground); border-radius: 6px; padding: .55rem .8rem; }
    .out pre.failure {
      background: var(--err-ground); border-left: 3px solid var(--err-line); border-radius: 0 6px 6px 0;
      padding: .6rem .9rem;
    }
    .out figure { overflow-x: auto; } .out figure > svg, .out figure > img { display: block; border-radius: 6px; }
    .out .html { overflow-x: auto; }
    pre.raw { color: var(--soft); border: 1px dashed var(--line); border-radius: 8px; padding: .8rem 1rem; }
    details.hidden > summary { cursor: pointer; color: var(--soft); font-size: .875rem; user-select: none; }
    details.hidden > pre { margin-top: .4rem; }
    table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; max-width: 100%; }
    th, td { padding: .38em .85em; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
    th[align="right"], td[align="right"] { text-align: right; }
    th[align="center"], td[align="center"] { text-align: center; }
    thead th { font-weight: 650; border-bottom: 2px solid var(--line); color: var(--soft); white-space: nowrap; }
    tbody tr:last-child td { border-bottom: 0; }
    .footnotes { font-size: .9rem; color: var(--soft); border-top: 1px solid var(--line); margin-top: 2.5em; padding-top: 1em; }
    .hke { color: var(--kw); } .hco { color: var(--const); } .hnu { color: var(--num); }
    .hst { color: var(--str); } .hes { color: var(--esc); font-weight: 600; }
    .hcom { color: var(--com); font-style: italic; } .hfu { color: var(--fn); }
    .hfi { color: var(--field); } .hsy { color: var(--sym); }
    .hin { color: var(--bad); text-decoration: underline wavy; }
    .bo { font-weight: 700; } .fa { opacity: .65; } .it { font-style: italic; }
    .un { text-decoration: underline; } .st { text-decoration: line-through; }
    .inv { background: var(--ink); color: var(--ground); }
    \(ansi)
    nav { font-size: .875rem; line-height: 1.45; }
    nav p { margin: 0 0 .6em; font-weight: 650; color: var(--soft); }
    nav ol { list-style: none; margin: 0; padding: 0; }
    nav li { margin: 0 0 .45em; } nav .l1 { padding-left: 1em; } nav .l2 { padding-left: 2em; }
    nav a { color: var(--soft); text-decoration: none; } nav a:hover { color: var(--accent); }
    .with-contents nav { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.5rem 0; }
    @media (min-width: 80rem) {
      .with-contents { display: grid; grid-template-columns: 15rem minmax(0, 58rem) 1fr; column-gap: 3.5rem; }
      .with-contents nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; margin: 0; padding: 3.8rem 0 2rem 2rem; }
      .with-contents main { margin: 0; width: 100%; }
    }
    @media print {
      body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav { display: none; }
      pre, .text > pre, pre.code { white-space: pre-wrap; overflow-wrap: anywhere; }
      .cell, figure, table { break-inside: avoid; } h1, h2, h3 { break-after: avoid; }
    }
    """

  private static let ansi = (0..<16)
    .map { ".f\($0) { color: var(--a\($0)); } .b\($0) { background: var(--a\($0)); }" }
    .joined(separator: "\n")
}
