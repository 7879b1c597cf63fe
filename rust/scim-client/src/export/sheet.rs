//! From the records of a page to rows of CSV (RFC 4180), in one walk over each record.

use super::columns::{Column, Elements, Path};
use crate::filter::Matcher;
use crate::json::{any_word, byte_in};
use crate::record::{Raw, Record, Records};

/// Between the values of an attribute that has several.
const BETWEEN: u8 = b';';

/// Writes rows with these columns.
#[derive(Debug)]
pub(super) struct Sheet {
    root: Node,
    cells: Vec<Vec<u8>>,
    guarded: bool,
}

/// A place in a resource: which columns are there, and what is inside that others want.
#[derive(Debug, Default)]
struct Node {
    columns: Vec<usize>,
    inside: Vec<(String, Node)>,
    /// Elements of an array, by their `type`, and those that pass.
    typed: Vec<(String, Node)>,
    elements: Vec<(Matcher, Node)>,
    /// By the id of a name in the page at hand: 0 where it is not known yet, 1 where nothing is there, else 2 more
    /// than the place in `inside`.
    by_id: Vec<u32>,
}

impl Sheet {
    /// With `guarded`, what a spreadsheet would take for a formula gets a `'` in front.
    pub(super) fn new(columns: Vec<Column>, guarded: bool) -> (Self, Vec<u8>) {
        let mut titles = Vec::new();
        let mut root = Node::default();
        let count = columns.len();
        for (at, column) in columns.into_iter().enumerate() {
            if at > 0 {
                titles.push(b',');
            }
            cell(&mut titles, column.title.as_bytes(), guarded);
            root.add(at, column.path);
        }
        titles.extend_from_slice(b"\r\n");
        let cells = vec![Vec::new(); count];
        (Self { root, cells, guarded }, titles)
    }

    /// Appends a row for each record.
    pub(super) fn write(&mut self, page: Records<'_>, out: &mut Vec<u8>) {
        self.root.forget();
        for record in page.iter() {
            self.cells.iter_mut().for_each(Vec::clear);
            self.root.read(record, &mut self.cells);
            for (at, text) in self.cells.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                cell(out, text, self.guarded);
            }
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl Node {
    fn add(&mut self, column: usize, path: Path) {
        let mut node = self;
        let mut chosen = path.elements;
        for (depth, name) in path.names.into_iter().enumerate() {
            if chosen.as_ref().is_some_and(|(at, _)| *at == depth) {
                node = node.chosen(chosen.take());
            }
            let at = match node.inside.iter().position(|(known, _)| *known == name) {
                Some(at) => at,
                None => {
                    node.inside.push((name, Node::default()));
                    node.inside.len() - 1
                }
            };
            node = &mut node.inside[at].1;
        }
        node.chosen(chosen).columns.push(column);
    }

    fn chosen(&mut self, elements: Option<(usize, Elements)>) -> &mut Node {
        match elements {
            None => self,
            Some((_, Elements::OfType(kind))) => last(&mut self.typed, kind),
            Some((_, Elements::Passing(matcher))) => last(&mut self.elements, matcher),
        }
    }

    /// Another page may have other names.
    fn forget(&mut self) {
        self.by_id.clear();
        let elements = self.elements.iter_mut().map(|(_, node)| node);
        let named = self.inside.iter_mut().chain(&mut self.typed);
        named.map(|(_, node)| node).chain(elements).for_each(Node::forget);
    }

    fn read(&mut self, record: Record<'_>, cells: &mut [Vec<u8>]) {
        for (id, value) in record.raw_fields() {
            let at = id as usize;
            if self.by_id.len() <= at {
                self.by_id.resize(at + 1, 0);
            }
            if self.by_id[at] == 0 {
                let name = record.name(id);
                let place = self
                    .inside
                    .iter()
                    .position(|(known, _)| known.eq_ignore_ascii_case(name));
                self.by_id[at] = place.map_or(1, |place| place as u32 + 2);
            }
            if let Some(place) = self.by_id[at].checked_sub(2) {
                self.inside[place as usize].1.take(value, cells);
            }
        }
    }

    fn take(&mut self, value: Raw<'_>, cells: &mut [Vec<u8>]) {
        if let Raw::Array(array) = value {
            for element in array.raw() {
                self.take(element, cells);
            }
            return;
        }
        for column in &self.columns {
            append(&mut cells[*column], value);
        }
        if let Raw::Object(record) = value {
            if !self.inside.is_empty() {
                self.read(record, cells);
            }
            if !self.typed.is_empty()
                && let Some(Raw::String(kind)) = record.raw_get("type")
            {
                for (known, node) in &mut self.typed {
                    if known.as_bytes().eq_ignore_ascii_case(kind) {
                        node.take(value, cells);
                    }
                }
            }
            for (matcher, node) in &mut self.elements {
                if matcher.matches(record) {
                    node.take(value, cells);
                }
            }
        }
    }
}

fn last<K>(nodes: &mut Vec<(K, Node)>, key: K) -> &mut Node {
    nodes.push((key, Node::default()));
    let last = nodes.len() - 1;
    &mut nodes[last].1
}

fn append(text: &mut Vec<u8>, value: Raw<'_>) {
    if matches!(value, Raw::Null) {
        return;
    }
    if !text.is_empty() {
        text.push(BETWEEN);
    }
    match value {
        Raw::String(string) => text.extend_from_slice(string),
        value => value.write_json(None, text),
    }
}

/// A field, in quotes where RFC 4180 section 2 asks for them.
fn cell(out: &mut Vec<u8>, text: &[u8], guarded: bool) {
    // Most are: few people have everything.
    if text.is_empty() {
        return;
    }
    let guard = guarded
        && matches!(
            text.first(),
            Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')
        );
    if is_plain(text) {
        if guard {
            out.push(b'\'');
        }
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    if guard {
        out.push(b'\'');
    }
    for byte in text {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// Whether it needs no quotes.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let special =
        |word| byte_in(word, b'"') | byte_in(word, b',') | byte_in(word, b'\r') | byte_in(word, b'\n');
    !any_word(text, special)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cloud::Service;
    use crate::export::columns::Columns;
    use crate::filter::Resource;
    use crate::page::PageParser;

    fn rows(attributes: &[&str], users: &str, guarded: bool) -> String {
        let attributes: Vec<String> = attributes.iter().map(|a| (*a).to_owned()).collect();
        let columns = Columns::of(Service::Entra, Resource::User, &attributes).unwrap();
        let (mut sheet, mut out) = Sheet::new(columns.columns, guarded);
        let page = PageParser::default()
            .list(format!(r#"{{"Resources":[{users}]}}"#).as_bytes())
            .unwrap();
        sheet.write(Records::open(&page.buffer).unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_path_finds_its_values() {
        let users = r#"
            {"ID": "1", "active": true, "shoeSize": 41.5, "name": {"familyName": "Ö"}, "emails": [
                {"type": "work", "value": "a@x"}, {"type": "Other", "value": "b@x"}, {"type": "other", "value": "c@x"}],
             "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}, "tags": ["x", "y"]},
            {"emails": [], "id": "2", "active": null}"#;
        assert_eq!(
            rows(
                &[
                    "id",
                    "active",
                    "shoeSize",
                    "name",
                    "emails[work].value",
                    "emails[other].value",
                    "emails.value",
                    "department",
                    "tags"
                ],
                users,
                false
            ),
            "id,active,shoeSize,name.givenName,name.familyName,emails[work].value,emails[other].value,emails.value,department,tags\r\n\
             1,true,41.5,,Ö,a@x,b@x;c@x,a@x;b@x;c@x,D,x;y\r\n\
             2,,,,,,,,,\r\n"
        );
        assert_eq!(
            rows(&["custom"], r#"{"custom": [{"a": "\"1\""}, {"b": 2}]}"#, false),
            "custom\r\n\"{\"\"a\"\":\"\"\\\"\"1\\\"\"\"\"};{\"\"b\"\":2}\"\r\n"
        );
    }

    #[test]
    fn quotes_stand_where_they_are_needed_and_formulas_are_disarmed_on_request() {
        let users = r#"{"title": "a,b"}, {"title": "say \"x\""}, {"title": "two\r\nlines"}, {"title": "=1+1"}, {"title": "@SUM(A1),2"}, {"title": "-"}"#;
        assert_eq!(
            rows(&["title"], users, false),
            "title\r\n\"a,b\"\r\n\"say \"\"x\"\"\"\r\n\"two\r\nlines\"\r\n=1+1\r\n\"@SUM(A1),2\"\r\n-\r\n"
        );
        assert!(rows(&["title"], users, true).ends_with("\r\n'=1+1\r\n\"'@SUM(A1),2\"\r\n'-\r\n"));
    }
}
