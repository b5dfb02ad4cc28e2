/** The one style sheet of the report: light and dark as the reader's system is, nothing loaded from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f5f6f8; --text: #1d2126; --dim: #646c77; --rule: #dfe3e8; --link: #0b57b7;
  --good: #1a7f3c; --fair: #8a5a00; --poor: #bd2a1f;
  --hit: #e7f6ea; --miss: #fde7e5; --part: #fdf3d2; --mark: #f6b9b2; --rest: #e3e6ea; --focus: #0b57b7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --panel: #1c2026; --text: #e3e6ea; --dim: #98a1ad; --rule: #2e343c; --link: #7db4ff;
    --good: #56c271; --fair: #e0ad4a; --poor: #f2786d;
    --hit: #16281c; --miss: #381c1b; --part: #332a12; --mark: #7c2f29; --rest: #2e343c; --focus: #7db4ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { padding: 0 clamp(1rem, 3vw, 3rem) 4rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .3rem .7rem; z-index: 3; }
.crumbs { padding: .8rem clamp(1rem, 3vw, 3rem); border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }
.crumbs .slash { color: var(--dim); padding: 0 .4rem; }
h2 { font-size: 1rem; margin: 2.2rem 0 .5rem; }
.dim, .note, .stamp { color: var(--dim); }
.headline { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 3rem; margin: 1.6rem 0 0; }
.headline .percent { white-space: nowrap; font-size: 3rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.1; margin: 0; }
.percent.good { color: var(--good); } .percent.fair { color: var(--fair); } .percent.poor { color: var(--poor); }
.cards { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; margin: 0; }
.cards dt { color: var(--dim); font-size: .85rem; }
.cards dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards small { color: var(--dim); font-weight: 400; margin-left: .5rem; }
.rules { list-style: none; padding: 0; margin: 0; }
.rules li { padding: .25rem 0; overflow-wrap: anywhere; }
.rules b { display: inline-block; min-width: 4.5rem; }
.rules .passed b { color: var(--good); } .rules .failed b { color: var(--poor); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.files { width: 100%; } .sources { min-width: min(40rem, 100%); }
.files th, .files td, .sources th, .sources td { padding: .32rem .7rem; border-bottom: 1px solid var(--rule); text-align: left; font-weight: 400; }
thead th { color: var(--dim); font-size: .85rem; white-space: nowrap; }
.files th.number, .files td.number, .sources th.number, .sources td.number { text-align: right; white-space: nowrap; }
.files tbody th { overflow-wrap: anywhere; min-width: 12rem; }
.files tbody tr:hover, .files tbody tr:focus-within { background: var(--panel); }
.files .folder a { font-weight: 600; }
.files th.by { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--focus); }
th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
.bars { width: 9rem; } .bar { display: block; width: 8rem; height: .5rem; border-radius: .25rem; }
.bar .rest { fill: var(--rest); }
.bar.good .part { fill: var(--good); } .bar.fair .part { fill: var(--fair); } .bar.poor .part { fill: var(--poor); }
.find { margin: 2.2rem 0 .6rem; }
.find input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: .4rem .7rem; width: min(32rem, 100%); }
.find ol { list-style: none; margin: .4rem 0 0; padding: 0; }
.find li { padding: .15rem 0; overflow-wrap: anywhere; } .find li span { color: var(--dim); margin-left: .8rem; }
.gaps { color: var(--dim); margin: 1.2rem 0 .4rem; } .gaps a { margin-right: .35rem; font-variant-numeric: tabular-nums; }
.chooser { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: .35rem; background: var(--ground); padding: .5rem 0; border-bottom: 1px solid var(--rule); color: var(--dim); }
.chooser[hidden] { display: none; }
.chooser button { font: inherit; font-size: .85rem; color: inherit; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: .1rem .6rem; cursor: pointer; }
.chooser button[aria-pressed=true] { color: var(--ground); background: var(--link); border-color: var(--link); }
.chooser .keys { margin-left: auto; display: flex; gap: .35rem; }
kbd { font: inherit; border: 1px solid var(--rule); border-radius: 4px; padding: 0 .3rem; margin-left: .2rem; }
.source { font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; width: 100%; margin-top: .8rem; }
.source tr { scroll-margin-top: 5rem; }
.source td { padding: 0 .6rem; vertical-align: top; }
.source .line, .source .hits { text-align: right; color: var(--dim); white-space: nowrap; user-select: none; width: 1%; }
.source .line a { color: inherit; }
.source .who { white-space: nowrap; color: var(--dim); font-family: system-ui, sans-serif; font-size: 12px; user-select: none; width: 1%; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
.source .who.only { color: var(--link); }
.source .code { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.hit .code { background: var(--hit); box-shadow: inset 3px 0 var(--good); }
.miss .code { background: var(--miss); box-shadow: inset 3px 0 var(--poor); }
.part .code { background: var(--part); box-shadow: inset 3px 0 var(--fair); }
.source mark { background: var(--mark); color: inherit; border-radius: 2px; }
.source .arms, .source .cut { color: var(--dim); font-size: 12px; font-family: system-ui, sans-serif; margin-left: 1rem; }
.source tr:target .line, .source tr:target .hits { background: var(--part); color: var(--text); }
.stamp { margin-top: 3rem; font-size: .85rem; }
@media (max-width: 40rem) { .bars, .source .who { display: none; } .headline .percent { font-size: 2.2rem; } }
@media print { .chooser, .find, .skip { display: none; } }
`;
