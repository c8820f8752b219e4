namespace TokenDashboard.Reports;

/// <summary>The style sheet of HTML reports. All colors have a contrast of at least 4.5 for text and 3 for marks.</summary>
internal static class HtmlStyle
{
    public const string Text = """
        :root{--ground:#fff;--card:#f6f7f9;--text:#1b1f24;--quiet:#57606a;--line:#d8dee4;--accent:#0b5fb8;
        --c0:#0b6bcb;--c1:#c2410c;--c2:#0f766e;--c3:#7c3aed;--c4:#92670a;--c5:#64748b}
        @media screen and (prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2229;--text:#e8eaed;--quiet:#a3adb8;--line:#363d47;--accent:#6cb2ff;
        --c0:#5aa9ff;--c1:#ff9a62;--c2:#3fd0bf;--c3:#b794ff;--c4:#e6b84d;--c5:#94a3b8}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.5rem;max-width:64rem;background:var(--ground);color:var(--text);font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        h1{margin:0;font-size:1.8rem;line-height:1.2;overflow-wrap:anywhere}
        header p{margin:.25rem 0 0;color:var(--quiet)}
        h2{margin:0 0 .25rem;font-size:1.15rem}
        section{margin-top:2.25rem}
        section>p{margin:0 0 .75rem;color:var(--quiet)}
        dl,dd,ul{margin:0;padding:0}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:.75rem;margin-top:1.5rem}
        .figures div{padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
        .figures dt{color:var(--quiet);font-size:.875rem}
        .figures dd{color:var(--quiet);font-size:.8125rem}
        .figures .value{color:var(--text);font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        .scroll:focus-visible{outline:2px solid var(--accent)}
        svg{display:block;width:100%;min-width:40rem;height:auto;font-size:12px;fill:var(--quiet)}
        .grid{stroke:var(--line)}
        .axis{stroke:var(--quiet)}
        .part{fill-opacity:.45}
        .hit{fill:transparent}
        .hit:hover{fill:var(--text);fill-opacity:.07}
        .series0{fill:var(--c0);background:var(--c0)}.series1{fill:var(--c1);background:var(--c1)}.series2{fill:var(--c2);background:var(--c2)}
        .series3{fill:var(--c3);background:var(--c3)}.series4{fill:var(--c4);background:var(--c4)}.series5{fill:var(--c5);background:var(--c5)}
        .line0{stroke:var(--c1);background:var(--c1)}.line1{stroke:var(--c3);background:var(--c3)}.line2{stroke:var(--c0);background:var(--c0)}
        svg .line0,svg .line1,svg .line2{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        svg .line1{stroke-dasharray:7 4}svg .line2{stroke-dasharray:1 4}
        .heat{fill:var(--accent)}.none{fill:none;stroke:var(--line)}
        .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0;list-style:none;font-size:.875rem}
        .legend li{max-width:22rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .swatch{display:inline-block;width:.75rem;height:.75rem;margin-right:.4rem;border-radius:2px}
        table{width:100%;border-collapse:collapse;font-size:.875rem}
        th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
        thead th{color:var(--quiet);font-weight:600;white-space:nowrap}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .t{white-space:nowrap}
        .s{white-space:nowrap;font-variant-numeric:tabular-nums}
        .name{min-width:9rem;max-width:22rem;overflow-wrap:anywhere}
        .bar{display:inline-block;width:6rem;height:.7rem;margin-right:.6rem;border-radius:2px;background:var(--line);vertical-align:-1px}
        .bar span{display:block;height:100%;border-radius:2px;background:var(--accent)}
        em{color:var(--quiet)}
        details{margin-top:.5rem}
        summary{color:var(--accent);cursor:pointer}
        footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.875rem}
        .facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem}
        .facts dd{overflow-wrap:anywhere}
        @page{size:A4;margin:14mm}
        @media print{*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        body{max-width:none;padding:0;font-size:.8125rem}
        .figures{grid-template-columns:repeat(4,1fr)}.figures .value{font-size:1.1rem}
        details{display:none}.scroll{overflow:visible}svg{min-width:0;font-size:14px}
        section{margin-top:1.25rem}section:has(svg),.figures div,tr{break-inside:avoid}h2{break-after:avoid}
        th,td{padding:.2rem .5rem .2rem 0}.bar{width:4rem}.name{min-width:0}}
        """;
}
