import Markup
import Testing

@Suite("Markup")
struct MarkupTests {
    @Test("text and attributes are escaped, wherever they come from")
    func escaping() {
        let node = p(Attribute("title", "\"><script>alert('x')</script>")) { "<b>`&'\"</b>" }
        #expect(
            node.html
                == "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\">&lt;b&gt;&#96;&amp;&#39;&quot;&lt;/b&gt;</p>")
    }

    @Test(
        "an address leads to our own pages or to the plain web",
        arguments: [
            ("/items/1", "/items/1"), ("#main", "#main"), ("https://dev.azure.com/x", "https://dev.azure.com/x"),
            ("javascript:alert(1)", "#"),
            ("JaVaScRiPt:alert(1)", "#"), ("//evil.example", "#"), ("data:text/html,x", "#"), ("vbscript:x", "#"),
        ])
    func addresses(given: String, shown: String) {
        #expect(a(.href(given)) { "x" }.html == "<a href=\"\(shown)\">x</a>")
    }

    @Test("attributes that are not set are left out, and void elements have no end")
    func shape() {
        #expect(input(.name("a"), .flag("checked", false), .flag("required")).html == "<input name=\"a\" required=\"\">")
        #expect(ul { for number in 1...2 { li { "\(number)" } } }.html == "<ul><li>1</li><li>2</li></ul>")
    }
}
