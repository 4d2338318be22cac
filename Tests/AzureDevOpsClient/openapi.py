"""Judges answers by Microsoft's published specification (`openapi/`, Swagger 2.0)."""

import json
import pathlib
import re

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

FOLDER = pathlib.Path(__file__).parent / "openapi"


class Specification:
    """All operations, with schemas made strict: what is not declared is a deviation."""

    def __init__(self):
        self.operations = []
        self.resources = []
        for file in sorted(FOLDER.glob("*.json")):
            document = json.loads(file.read_text())
            uri = f"specification:{file.stem}"
            strict = {"definitions": {}}
            for name, definition in document["definitions"].items():
                strict["definitions"][name] = self.strict(definition, name, document)
            self.resources.append((uri, Resource.from_contents(strict, default_specification=DRAFT7)))
            for template, methods in {**document["paths"], **document.get("x-ms-paths", {})}.items():
                for method, operation in methods.items():
                    if method != "parameters":
                        self.operations.append(Operation(uri, template, method.upper(), operation, document, self))
        self.registry = Registry().with_resources(self.resources)

    def strict(self, schema, name, document):
        """Inheritance flattened, unknown members refused, null allowed, and every part named for the report."""
        if "$ref" in schema:
            return {"anyOf": [{"type": "null"}, {"$ref": schema["$ref"]}], "x-name": name}
        if name.endswith("ReferenceLinks"):
            return {}  # names of links to addresses, which the specification wraps in a member that never stands there
        properties = dict(self.inherited(schema, document))
        result = {"x-name": name}
        kind = schema.get("type")
        if kind == "object" or properties:
            if not properties and "additionalProperties" not in schema:
                return result  # “object” without members is the specification's word for anything
            result["type"] = ["object", "null"]
            result["properties"] = {key: self.strict(part, f"{name}.{key}", document) for key, part in properties.items()}
            other = schema.get("additionalProperties")
            result["additionalProperties"] = self.strict(other, f"{name}.*", document) if other else False
        elif kind == "array":
            result["type"] = ["array", "null"]
            result["items"] = self.strict(schema.get("items", {}), f"{name}[]", document)
        elif kind:
            result["type"] = [kind, "null"]
            if "enum" in schema:
                result["enum"] = schema["enum"] + [None]
        return result

    def inherited(self, schema, document):
        for parent in schema.get("allOf", []):
            name = parent.get("$ref", "").split("/")[-1]
            yield from self.inherited(document["definitions"].get(name, parent), document)
        yield from schema.get("properties", {}).items()

    def operation(self, method, path, query):
        """The operation that a path below the organisation belongs to; the longest template wins."""
        names = {name.lower() for name in query}
        found = [one for one in self.operations if one.method == method and one.matches(path) and one.query <= names]
        return max(found, key=lambda operation: operation.weight, default=None)


class Operation:
    def __init__(self, uri, template, method, operation, document, specification):
        self.method = method
        self.name = operation["operationId"]
        self.statuses = {int(code) for code in operation["responses"]}
        path = template.replace("/{organization}", "", 1).split("?")[0].strip("/")
        # A project and a team may be left out wherever the service knows without them.
        self.query = set(re.findall(r"([$\w]+)=", template.lower()))
        self.weight = len(re.sub(r"\{.*?\}", "", path)) + 100 * len(self.query)
        expression = re.escape(path).replace(r"\{project\}/", "(?:[^/]+/)?").replace(r"\{team\}/", "(?:[^/]+/)?")
        expression = expression.replace(r"\{path\}", ".*").replace(r"/\{structureGroup\}/.*", r"/(?:areas|iterations)(?:/.*)?")
        expression = re.sub(r"\\\{id\\\}", r"[0-9a-fA-F-]+", expression)
        self.expression = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", expression) + "$", re.IGNORECASE)
        schema = operation["responses"].get("200", {}).get("schema")
        self.schema = schema and self.located(specification.strict(schema, self.name, document), uri)
        self.is_list = bool(schema and schema.get("type") == "array")
        self.is_stream = bool(schema and schema.get("format") == "Stream")

    def located(self, schema, uri):
        text = json.dumps(schema)
        return json.loads(text.replace('"#/definitions/', f'"{uri}#/definitions/'))

    def matches(self, path):
        return self.expression.match(path.strip("/")) is not None

    def deviations(self, status, body, registry):
        """What the specification does not allow, each as a short name."""
        if status not in self.statuses:
            yield f"{self.name} answers {status}"
        if not self.schema or self.is_stream or not body.startswith(("{", "[")):
            return
        value = json.loads(body)
        if self.is_list and isinstance(value, dict) and set(value) == {"count", "value"}:
            value = value["value"]  # the envelope of every list, which the specification leaves out
        for error in Draft7Validator(self.schema, registry=registry).iter_errors(value):
            yield from names(error)


def names(error):
    if error.validator == "anyOf":
        for part in error.context:
            if part.validator != "type" or part.schema.get("type") != "null":
                yield from names(part)
    elif error.validator == "additionalProperties":
        for key in error.instance:
            if key not in error.schema.get("properties", {}):
                yield f"{error.schema['x-name']}.{key} is not declared"
    elif error.validator == "enum":
        yield f"{error.schema['x-name']} is {error.instance!r}"
    else:
        kinds = {dict: "an object", list: "a list", str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        declared = [kind for kind in error.validator_value if kind != "null"] if error.validator == "type" else error.validator_value
        yield f"{error.schema.get('x-name', '?')} is {kinds.get(type(error.instance), 'something')}, declared {declared}"
