// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::cli {

// The style sheet of the report's page.
inline constexpr const char* kReportStyle = R"css(
:root{--paper:#fff;--ink:#1d2733;--soft:#5b6875;--line:#dde3e9;--card:#f6f8fa;--accent:#0b66c3;
--good:#1a7f46;--bad:#c0392b;--warn:#a66a00;--shadow:#8a6d3b;--band:#8a6d3b26;--dot:#8d9aa8;
--q0:#0b66c3;--q1:#3f95d6;--q2:#86bfe0;--q3:#bcc7d1;--q4:#d5dbe1;color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--paper:#12171d;--ink:#e3e8ee;--soft:#98a5b3;--line:#2b343e;
--card:#1a2129;--accent:#5aa9f5;--good:#4fc483;--bad:#ef7d70;--warn:#e0a94a;--shadow:#d0ac6a;
--band:#d0ac6a24;--dot:#6c7a88;--q0:#6cb8ff;--q1:#3f8fd6;--q2:#2f6a9f;--q3:#3b4855;--q4:#2c363f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:980px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;margin:0;overflow-wrap:anywhere}
h2{font-size:18px;margin:38px 0 4px;border-top:1px solid var(--line);padding-top:22px}
h3{font-size:14px;margin:0;font-weight:600;overflow-wrap:anywhere}
p{margin:6px 0;max-width:78ch}
.soft,.soft td{color:var(--soft)}
code{font:13px/1.45 ui-monospace,"DejaVu Sans Mono",Consolas,monospace;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:18px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.tile b{display:block;font-size:22px;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px}
.said{border-left:3px solid var(--accent);background:var(--card);padding:8px 14px;border-radius:0 6px 6px 0;
margin:10px 0}
.said.stop{border-color:var(--good)}.said.note{border-color:var(--warn)}
svg{width:100%;height:auto;display:block;overflow:visible}
svg text{font:12px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--soft)}
svg text.small{font-size:11px}svg text.name{fill:var(--ink);font-weight:600}
svg text.halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;fill:var(--ink);font-size:11px;
pointer-events:none}
.grid{stroke:var(--line);fill:none}.axis{stroke:var(--soft);fill:none}
.best{stroke:var(--accent);stroke-width:2.2;fill:none;stroke-linejoin:round}
.shadow{stroke:var(--shadow);stroke-width:1.6;stroke-dasharray:5 4;fill:none}
.limit{stroke:var(--good);stroke-width:1.4;stroke-dasharray:2 3;fill:none}
.band{fill:var(--band);stroke:none}
.mean{stroke:var(--warn);stroke-width:2;fill:none}
.dot{fill:var(--dot);opacity:.75}.dot.good{fill:var(--accent);opacity:1}
.dot.miss{fill:none;stroke:var(--bad);opacity:.8}
circle.q0{fill:var(--q0)}circle.q1{fill:var(--q1)}circle.q2{fill:var(--q2)}
circle.q3{fill:var(--q3)}circle.q4{fill:var(--q4)}
.lines path{fill:none;stroke-width:1.2;opacity:.8}
.lines path.q0{stroke:var(--q0);stroke-width:2;opacity:1}.lines path.q1{stroke:var(--q1)}
.lines path.q2{stroke:var(--q2)}.lines path.q3{stroke:var(--q3)}.lines path.q4{stroke:var(--q4)}
.lines path:hover{stroke:var(--bad);stroke-width:3;opacity:1}
rect.complete{fill:var(--accent)}rect.failed{fill:var(--bad)}rect.pruned{fill:var(--warn)}
rect.cancelled,rect.running,rect.waiting,rect.paused{fill:var(--dot)}
.front{stroke:var(--accent);stroke-width:1.6;fill:none}
.key{font-size:13px;color:var(--soft);margin:2px 0 8px}
.key i{display:inline-block;width:18px;height:0;border-top:3px solid;vertical-align:middle;margin:0 6px 2px 14px}
.key i:first-child{margin-left:0}.key i.box{height:11px;border:0;border-radius:2px}
.bars{display:grid;grid-template-columns:minmax(60px,max-content) minmax(120px,1fr) max-content;
gap:5px 14px;align-items:center;font-variant-numeric:tabular-nums;margin:12px 0}
.bars>div{min-width:0;overflow-wrap:anywhere}
.bar{position:relative;height:14px;background:var(--card);border-radius:3px}
.bar u{position:absolute;left:0;top:0;bottom:0;background:var(--accent);border-radius:3px}
.bar u.pair{background:var(--shadow)}
.bar s{position:absolute;top:6px;height:2px;background:var(--ink);opacity:.55}
.slices{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:18px;margin-top:12px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:24px;align-items:center}
.wide{overflow-x:auto}.wide svg{min-width:640px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1px solid var(--line);padding:4px 12px 4px 0}
td{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}
td.n:last-child,th.n:last-child{text-align:left}td.n code{overflow-wrap:normal}
footer{margin-top:40px;color:var(--soft);font-size:13px}
@media print{main{max-width:none}.tile,.said{break-inside:avoid}svg{break-inside:avoid}}
)css";

}  // namespace automl::cli
