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

    @Test(
        "what means the same has one form",
        arguments: [
            ("a<!-- --> <!-- --> b", "<div>a b</div>"), ("<b>a <!-- --> b</b>", "<div><b>a b</b></div>"),
            ("<br><h1></h1>x", "<h1></h1><div>x</div>"),
            ("<table><tbody></tbody></table>", ""), ("<ul> </ul>x", "<div>x</div>"),
            ("<pre></pre>x<b> <i></i></b>", "<div>x<b> </b></div>"),
            ("<h1>a<b><div>b</div></b></h1>", "<h1>a<b>b</b></h1>"), ("<b><p>a<p> b </b>", "<div><b><div>a</div><div>b</div></b></div>"),
            ("<pre>a\r\r\nb</pre>", "<pre>a\n\nb</pre>"), (" <i></i>&nbsp;x", "<div>&nbsp;x</div>"),
        ])
    func oneForm(source: String, html: String) {
        #expect(RichTextTree(html: source).html == html)
        #expect(RichTextTree(html: html).html == html)
    }

    @Test(
        "broken markup is read as far as it goes",
        arguments: [
            ("<object><object>x</object>y</object>z", "<div>z</div>"), ("<form><input>x</form>y", "<div>y</div>"), ("<b a", ""),
            ("x<b a =", "<div>x</div>"), ("x<b a= 'y", "<div>x</div>"),
            ("<img alt=x src=https://a.example/y>", "<div><img src=\"https://a.example/y\" alt=\"x\"></div>"),
            ("<img src='https://a.example/'>", "<div><img src=\"https://a.example/\" alt=\"\"></div>"),
            ("<img src='mailto:a@b.example'>", ""),
            ("<style>x</st", ""), ("<textarea>x</TEXTAREA>y", "<div>y</div>"), ("a < b <3", "<div>a &lt; b &lt;3</div>"),
            ("<!doctype html>x", "<div>x</div>"),
            (
                "&#x41;&#66&#X43;&#1;&#xD800;&#99999999999;&#;&unknown;&amp",
                "<div>ABC\u{FFFD}\u{FFFD}&amp;#99999999999;&amp;#;&amp;unknown;&amp;amp</div>"
            ),
            ("<ul><li>a<li><b>b<li>c</ul>", "<ul><li>a</li><li><b>b</b></li><li>c</li></ul>"), ("</b>x", "<div>x</div>"),
            ("<table><tr><td>a<td>b<tr>x<td>c", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"),
            ("<li>a", "<ul><li>a</li></ul>"), ("<th colspan=3 rowspan=0>a", "<table><tr><th colspan=\"3\">a</th></tr></table>"),
            ("<ul>a<b>b</b></ul>", "<ul><li>a</li><li><b>b</b></li></ul>"), ("<h2>a<pre>b</pre></h2>", "<h2>ab</h2>"),
        ])
    func brokenMarkup(source: String, html: String) {
        #expect(RichTextTree(html: source).html == html)
    }

    @Test("Markdown is shown as it is written, line by line")
    func markdown() {
        let tree = RichTextTree(RichText(format: .markdown, source: "# a\n**b**\n\n- c"))
        #expect(tree.nodes == [.paragraph([.text("# a"), .lineBreak, .text("**b**")]), .paragraph([.text("- c")])])
        #expect(tree.plainText == "# a\n**b**\n- c")
        #expect(RichTextTree(RichText(format: .markdown, source: "")).isEmpty)
    }

    @Test("more nodes than a tree may have are left out, and so is what stands in them")
    func mostNodes() {
        let tree = RichTextTree(html: String(repeating: "<br>", count: 50_001) + "<b>x</b>")
        #expect(!tree.html.contains("x"))
    }

    @Test("an address that is too long leads nowhere")
    func longAddress() {
        let address = "https://a.example/" + String(repeating: "x", count: 2_000)
        #expect(RichTextTree(html: "<a href='\(address)'>y</a>").html == "<div>y</div>")
    }

    @Test("the words of pictures, rows and cells are kept apart")
    func words() {
        let tree = RichTextTree(html: "<table><tr><td>a<td>b</table><img src=https://a.example/i alt=c><hr>")
        #expect(tree.plainText == "a\tb\t\nc")
    }

    @Test("blank lines are words too: they stay when formatted text becomes plain")
    func blankLines() {
        #expect(RichTextTree(html: "<div>a</div><div><br></div><div>b</div>").plainText == "a\n\nb")
    }

    @Test("deep and hostile markup is done in a moment")
    func depth() {
        let deep = String(repeating: "<div>", count: 20_000) + "x"
        #expect(RichTextTree(html: deep).plainText.contains("x"))
        let shape = (0..<1_000).map { "<p><b a=\($0)>" }.joined() + String(repeating: "<p>y", count: 1_000)
        #expect(RichTextTree(html: shape).html.utf8.count < 2_000_000)
        let pieces = String(repeating: "ab <!-- -->", count: 50_000)
        #expect(RichTextTree(html: pieces).html.utf8.count < 160_000)
    }
}
