"""The style of our page and section: locust's fonts and colours (MUI's defaults with its green), light and dark."""

from load._verdict import Outcome

CLASSES = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.INVALID: "invalid", Outcome.NO_DATA: "invalid"}
RUNNING = "running"
_LIGHT = (
    "--slo-back:#fff;--slo-text:rgba(0,0,0,.87);--slo-soft:rgba(0,0,0,.6);--slo-line:rgba(0,0,0,.12);"
    "--slo-pass:#15803d;--slo-fail:#d32f2f;--slo-invalid:#b45309;--slo-running:#0277bd;"
    "--slo-1:#15803d;--slo-2:#b45309;--slo-3:#7b1fa2;--slo-4:#0277bd"
)
_DARK = (
    "--slo-back:#121212;--slo-text:#fff;--slo-soft:rgba(255,255,255,.7);--slo-line:rgba(255,255,255,.16);"
    "--slo-pass:#15803d;--slo-fail:#d32f2f;--slo-invalid:#b45309;--slo-running:#0277bd;"
    "--slo-1:#4ade80;--slo-2:#fbbf24;--slo-3:#ce93d8;--slo-4:#4fc3f7"
)
STYLE = f"""
.slo{{{_LIGHT};color-scheme:light}}
@media (prefers-color-scheme:dark){{.slo:not([data-theme=light]){{{_DARK};color-scheme:dark}}}}
.slo[data-theme=dark]{{{_DARK};color-scheme:dark}}
.slo{{background:var(--slo-back);color:var(--slo-text);font:400 14px/1.5 Roboto,Helvetica,Arial,sans-serif;
  padding:16px max(16px,calc((100vw - 1200px)/2)) 48px;box-sizing:border-box;overflow-wrap:anywhere}}
.slo *{{box-sizing:border-box}}
.slo h1{{font-size:24px;font-weight:400;margin:0}}.slo h2{{font-size:18px;font-weight:500;margin:32px 0 8px}}
.slo p{{margin:4px 0;color:var(--slo-soft)}}.slo a{{color:inherit}}
.slo .banner{{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;border-radius:4px;padding:16px 20px;
  color:#fff}}
.slo .banner p{{color:#fff;margin:0}}.slo .verdict{{font-size:32px;font-weight:500;letter-spacing:.02em}}
.slo .pass{{--slo-mark:var(--slo-pass)}}.slo .fail{{--slo-mark:var(--slo-fail)}}
.slo .invalid{{--slo-mark:var(--slo-invalid)}}.slo .running{{--slo-mark:var(--slo-running)}}
.slo .banner{{background:var(--slo-mark)}}
.slo ul.reasons{{margin:12px 0;padding-left:20px}}.slo ul.reasons li{{margin:4px 0}}
.slo .wide{{overflow-x:auto}}
.slo table{{border-collapse:collapse;width:100%;font-size:14px}}
.slo th,.slo td{{padding:6px 12px;border-bottom:1px solid var(--slo-line);text-align:left;white-space:nowrap;
  font-variant-numeric:tabular-nums}}
.slo th{{font-weight:500}}.slo td.number,.slo th.number{{text-align:right}}
.slo td .mark{{color:#fff;background:var(--slo-mark);border-radius:4px;padding:1px 8px;font-weight:500}}
.slo td.part{{padding-left:28px}}
.slo figure{{margin:20px 0}}.slo figcaption{{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline}}
.slo figcaption b{{font-weight:500}}.slo figcaption i{{display:inline-block;width:12px;height:3px;margin:0 6px 3px 0}}
.slo svg{{display:block;width:100%;min-width:560px;height:auto;font-size:12px;fill:var(--slo-soft)}}
.slo svg polyline{{fill:none;stroke-width:2}}.slo svg .grid{{stroke:var(--slo-line)}}
.slo svg .limit{{stroke:var(--slo-fail);stroke-dasharray:6 4;fill:none}}.slo svg .warmup{{fill:var(--slo-line)}}
.slo details summary{{cursor:pointer;color:var(--slo-soft)}}
"""
PAGE_STYLE = "html{background:#fff}@media (prefers-color-scheme:dark){html{background:#121212}}body{margin:0}"
