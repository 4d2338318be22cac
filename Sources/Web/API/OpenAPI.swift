import JSON

/// What the API offers, for tools.
enum OpenAPI {
    static let document: JSONValue = [
        "openapi": "3.1.0", "info": ["title": "Kiplot for Azure DevOps", "version": "1"],
        "components": ["securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]], "security": [["token": []]],
        "paths": [
            "/api/v1/items": [
                "get": operation("List items", query: ["kind", "q", "sort", "dir", "page", "link", "archived"]),
                "post": operation("Create an item"),
            ],
            "/api/v1/items/{id}": [
                "get": operation("Read an item", path: "id"), "patch": operation("Change fields of an item", path: "id"),
            ],
            "/api/v1/integrations": ["get": operation("List project integrations and their health")],
            "/api/v1/integrations/{id}/agreement": [
                "get": operation("How much agrees with Azure DevOps, and what does not", path: "id"),
                "post": operation("Compare everything; with heal=true bring into step what differs", query: ["heal"], path: "id"),
            ],
            "/api/v1/runs": ["post": operation("Start a bulk sync")],
            "/api/v1/runs/{id}": ["get": operation("Watch a bulk sync", path: "id")],
        ],
    ]

    private static func operation(_ summary: String, query: [String] = [], path: String? = nil) -> JSONValue {
        let parameters =
            query.map { name -> JSONValue in ["name": .string(name), "in": "query", "schema": ["type": "string"]] }
            + (path.map { [["name": .string($0), "in": "path", "required": true, "schema": ["type": "integer"]]] } ?? [])
        return [
            "summary": .string(summary), "parameters": .array(parameters),
            "responses": [
                "200": ["description": "Done"], "401": ["description": "No valid token"],
                "422": ["description": "Refused; the body says why and what to do"],
            ],
        ]
    }
}
