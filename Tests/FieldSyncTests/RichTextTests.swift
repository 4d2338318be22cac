import FieldSync
import Portfolio
import Testing

@Suite("Rich text")
struct RichTextTests {
    @Test(
        "nothing that could run survives",
        arguments: [
            "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
            "<iframe src='//evil'></iframe>", "<style>*{}</style>", "<p onclick='x'>t</p>", "<a href=' java\nscript:alert(1)'>x</a>",
            "<math><mtext><img src=x onerror=alert(1)></mtext></math>", "<template><script>x</script></template>",
            "<!--<img src=x onerror=alert(1)>-->",
            "<p title=\"</p><script>x</script>\">t</p>", "<noscript><p title=\"</noscript><img src=x onerror=x>\"></noscript>",
        ])
    func attacks(source: String) {
        let html = RichTextTree(html: source).html.lowercased()
        for forbidden in ["<script", "onerror", "onload", "onclick", "javascript:", "<svg", "<iframe", "<style", "<math", "<template"] {
            #expect(!html.contains(forbidden), "\(html)")
        }
    }

    @Test(
        "rebuilding is stable",
        arguments: [
            "<div>Hello <b>there</b></div><ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "plain & <text", "<p>a<p>b",
            "<table><tr><td colspan=2>x</td></tr></table>",
            "<b><i>x</b>y</i>", "<h1>T</h1><blockquote>q</blockquote><pre>a\n b</pre>",
        ])
    func fixpoint(source: String) {
        let once = RichTextTree(html: source).html
        #expect(RichTextTree(html: once).html == once)
    }

    @Test("deep and hostile markup is done in a moment")
    func depth() {
        let deep = String(repeating: "<div>", count: 20_000) + "x"
        #expect(RichTextTree(html: deep).plainText.contains("x"))
        let shape = (0..<1_000).map { "<p><b a=\($0)>" }.joined() + String(repeating: "<p>y", count: 1_000)
        #expect(RichTextTree(html: shape).html.utf8.count < 2_000_000)
    }
}
