import Database
import Portfolio

extension StoreTransaction {
    /// What a person has chosen to see, by name: columns of a list, when they last looked.
    public func preference(_ name: String, of person: Identifier<Person>) throws -> String? {
        try sql.row("SELECT value FROM preference WHERE person_id = $1 AND name = $2", [.integer(person.number), .text(name)])?.text(0)
    }

    public func setPreference(_ name: String, of person: Identifier<Person>, to value: String) throws {
        try sql.run(
            """
            INSERT INTO preference (person_id, name, value) VALUES ($1, $2, $3)
            ON CONFLICT (person_id, name) DO UPDATE SET value = excluded.value
            """, [.integer(person.number), .text(name), .text(value)])
    }
}
