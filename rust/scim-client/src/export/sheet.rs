//! From the records of a page to rows of CSV (RFC 4180), in one walk over each record.

use super::columns::{Column, Elements, Path};
use crate::filter::Matcher;
use crate::json::{any_word, byte_in};
use crate::record::{Raw, Record, Records, write_string};

/// Between the values of an attribute that has several.
const BETWEEN: u8 = b';';

/// Writes rows with these columns.
#[derive(Debug)]
pub(super) struct Sheet {
    root: Node,
    cells: Cells,
    guarded: bool,
    /// Columns that no schema is known to have and that no row had a value for yet, with their titles.
    unfilled: Vec<(usize, String)>,
}

/// The fields of the row at hand.
#[derive(Debug)]
struct Cells {
    texts: Vec<Vec<u8>>,
    /// How each is written.
    forms: Vec<Form>,
    /// Whether one of them is not plain.
    any_json: bool,
    /// Whether two members of one object turned out to have the same name but for case.
    is_ambiguous: bool,
}

/// What the text of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Values, with `;` between them.
    Plain,
    /// The JSON of one value that is not one of several.
    One,
    /// The JSON of values, with commas between them: an array but for its brackets.
    Many,
}

/// A place in a resource: which columns are there, and what is inside that others want.
#[derive(Debug, Default)]
struct Node {
    columns: Vec<usize>,
    inside: Vec<(String, Node)>,
    /// Elements of an array, by their `type`, and those that pass.
    typed: Vec<(String, Node)>,
    elements: Vec<(Matcher, Node)>,
    rest: Option<Rest>,
    /// By the id of a name in the page at hand: 0 where it is not known yet, 1 where nothing is there, else 2 more
    /// than the place in `inside`.
    by_id: Vec<u32>,
    /// Whether several names of the page at hand stand for one place. Then the one that is spelled as the column goes
    /// first, as it does in objects.
    is_ambiguous: bool,
}

/// The column of what other columns don't hold.
#[derive(Debug)]
struct Rest {
    column: usize,
    types: Vec<String>,
    parts: Vec<String>,
}

impl Sheet {
    /// With `guarded`, what a spreadsheet would take for a formula gets a `'` in front.
    pub(super) fn new(columns: Vec<Column>, guarded: bool) -> (Self, Vec<u8>) {
        let mut titles = Vec::new();
        let mut root = Node::default();
        let mut unfilled = Vec::new();
        let count = columns.len();
        for (at, column) in columns.into_iter().enumerate() {
            if at > 0 {
                titles.push(b',');
            }
            cell(&mut titles, column.title.as_bytes(), guarded);
            if column.is_unverified {
                unfilled.push((at, column.title));
            }
            root.add(at, column.path);
        }
        titles.extend_from_slice(b"\r\n");
        let cells = Cells {
            texts: vec![Vec::new(); count],
            forms: vec![Form::Plain; count],
            any_json: false,
            is_ambiguous: false,
        };
        let sheet = Self {
            root,
            cells,
            guarded,
            unfilled,
        };
        (sheet, titles)
    }

    /// Appends a row for each record.
    pub(super) fn write(&mut self, page: Records<'_>, out: &mut Vec<u8>) {
        self.root.forget();
        for record in page.iter() {
            self.cells.clear();
            self.root.read(record, &mut self.cells);
            while std::mem::take(&mut self.cells.is_ambiguous) {
                self.cells.clear();
                self.root.read(record, &mut self.cells);
            }
            self.cells.close();
            for (at, text) in self.cells.texts.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                cell(out, text, self.guarded);
            }
            // An empty line is no row to Import-Csv.
            if let [only] = self.cells.texts.as_slice()
                && only.is_empty()
            {
                out.extend_from_slice(b"\"\"");
            }
            out.extend_from_slice(b"\r\n");
            if !self.unfilled.is_empty() {
                self.unfilled.retain(|(at, _)| self.cells.texts[*at].is_empty());
            }
        }
    }

    /// The titles of columns that no schema is known to have, and no row had a value for.
    pub(super) fn unfilled(&self) -> impl Iterator<Item = &str> {
        self.unfilled.iter().map(|(_, title)| title.as_str())
    }
}

impl Cells {
    fn clear(&mut self) {
        self.texts.iter_mut().for_each(Vec::clear);
        if std::mem::take(&mut self.any_json) {
            self.forms.fill(Form::Plain);
        }
    }

    /// Appends a value; `many` where it is one of several.
    fn append(&mut self, column: usize, value: Raw<'_>, many: bool) {
        let (Some(text), Some(form)) = (self.texts.get_mut(column), self.forms.get_mut(column)) else {
            return;
        };
        if matches!(value, Raw::Null) {
            return;
        }
        let is_json = matches!(value, Raw::Object(_) | Raw::Array(_));
        if !is_json && *form == Form::Plain {
            append(text, value);
            return;
        }
        self.any_json = true;
        if !text.is_empty() {
            if *form == Form::Plain {
                let plain = std::mem::take(text);
                write_string(text, &plain);
            }
            text.push(b',');
            *form = Form::Many;
        } else {
            *form = if many { Form::Many } else { Form::One };
        }
        value.write_json(None, text);
    }

    /// Puts arrays into their brackets.
    fn close(&mut self) {
        if !self.any_json {
            return;
        }
        for (text, form) in self.texts.iter_mut().zip(&self.forms) {
            if *form == Form::Many {
                text.insert(0, b'[');
                text.push(b']');
            }
        }
    }
}

impl Node {
    fn add(&mut self, column: usize, path: Path) {
        let mut node = self;
        let mut chosen = path.elements;
        for (depth, name) in path.names.into_iter().enumerate() {
            if chosen.as_ref().is_some_and(|(at, _)| *at == depth) {
                node = node.chosen(chosen.take().map(|(_, which)| which), column);
            }
            let at = match node
                .inside
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(&name))
            {
                Some(at) => at,
                None => {
                    node.inside.push((name, Node::default()));
                    node.inside.len() - 1
                }
            };
            node = &mut node.inside[at].1;
        }
        let is_rest = matches!(chosen, Some((_, Elements::Rest { .. })));
        let node = node.chosen(chosen.map(|(_, which)| which), column);
        if !is_rest {
            node.columns.push(column);
        }
    }

    fn chosen(&mut self, elements: Option<Elements>, column: usize) -> &mut Node {
        match elements {
            None => self,
            Some(Elements::OfType(kind)) => last(&mut self.typed, kind),
            Some(Elements::Passing(matcher)) => last(&mut self.elements, matcher),
            Some(Elements::Rest { types, parts }) => {
                self.rest = Some(Rest { column, types, parts });
                self
            }
        }
    }

    /// Another page may have other names.
    fn forget(&mut self) {
        self.by_id.clear();
        self.is_ambiguous = false;
        let elements = self.elements.iter_mut().map(|(_, node)| node);
        let named = self.inside.iter_mut().chain(&mut self.typed);
        named.map(|(_, node)| node).chain(elements).for_each(Node::forget);
    }

    fn read(&mut self, record: Record<'_>, cells: &mut Cells) {
        if self.is_ambiguous {
            return self.read_exactly(record, cells);
        }
        for (id, value) in record.raw_fields() {
            if let Some(place) = self.place(record, id, cells) {
                self.inside[place].1.take(value, false, cells);
            }
        }
    }

    /// Where in `inside` the member of this name goes.
    #[inline]
    fn place(&mut self, record: Record<'_>, id: u32, cells: &mut Cells) -> Option<usize> {
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
            let place = place.map_or(1, |place| place as u32 + 2);
            if place > 1 && !self.is_ambiguous && self.by_id.contains(&place) {
                self.is_ambiguous = true;
                cells.is_ambiguous = true;
            }
            self.by_id[at] = place;
        }
        self.by_id[at].checked_sub(2).map(|place| place as usize)
    }

    /// As [`Node::read`], one member for each place: the one that is spelled as the column, or else the first.
    fn read_exactly(&mut self, record: Record<'_>, cells: &mut Cells) {
        let mut found: Vec<Option<(bool, Raw<'_>)>> = vec![None; self.inside.len()];
        for (id, value) in record.raw_fields() {
            if let Some(place) = self.place(record, id, cells) {
                let exact = self.inside[place].0 == record.name(id);
                if found[place].is_none_or(|(before, _)| exact && !before) {
                    found[place] = Some((exact, value));
                }
            }
        }
        for (place, value) in found.into_iter().enumerate() {
            if let Some((_, value)) = value {
                self.inside[place].1.take(value, false, cells);
            }
        }
    }

    /// Takes a value; `many` where it is one of several.
    fn take(&mut self, value: Raw<'_>, many: bool, cells: &mut Cells) {
        if let Raw::Array(array) = value {
            for element in array.raw() {
                self.take(element, true, cells);
            }
            return;
        }
        for column in &self.columns {
            cells.append(*column, value, many);
        }
        if let Some(rest) = &self.rest
            && !rest.is_held(value)
        {
            cells.append(rest.column, value, many);
        }
        match value {
            Raw::Object(record) => {
                if !self.inside.is_empty() {
                    self.read(record, cells);
                }
                if !self.typed.is_empty()
                    && let Some(Raw::String(kind)) = record.raw_get("type")
                {
                    for (known, node) in &mut self.typed {
                        if known.as_bytes().eq_ignore_ascii_case(kind) {
                            node.take(value, many, cells);
                        }
                    }
                }
                for (matcher, node) in &mut self.elements {
                    if matcher.matches(record) {
                        node.take(value, many, cells);
                    }
                }
            }
            Raw::Null => {}
            // A server may give values without what is said of them: then each is the `value`.
            bare => {
                let value = self
                    .inside
                    .iter_mut()
                    .find(|(name, _)| name.eq_ignore_ascii_case("value"));
                if let Some((_, node)) = value {
                    node.take(bare, many, cells);
                }
            }
        }
    }
}

impl Rest {
    /// Whether other columns hold all of a value.
    fn is_held(&self, value: Raw<'_>) -> bool {
        let is_one_of = |names: &[String], text: &[u8]| {
            names
                .iter()
                .any(|name| name.as_bytes().eq_ignore_ascii_case(text))
        };
        let record = match value {
            Raw::Null => return true,
            Raw::Object(record) => record,
            _ => return false,
        };
        let is_typed = !self.types.is_empty();
        if is_typed
            && !matches!(record.raw_get("type"), Some(Raw::String(kind)) if is_one_of(&self.types, kind))
        {
            return false;
        }
        record.raw_fields().all(|(id, value)| {
            let name = record.name(id);
            matches!(value, Raw::Null)
                || is_one_of(&self.parts, name.as_bytes())
                || (is_typed && name.eq_ignore_ascii_case("type"))
        })
    }
}

fn last<K>(nodes: &mut Vec<(K, Node)>, key: K) -> &mut Node {
    nodes.push((key, Node::default()));
    let last = nodes.len() - 1;
    &mut nodes[last].1
}

fn append(text: &mut Vec<u8>, value: Raw<'_>) {
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
    let guard = guarded && is_guarded(text);
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

/// Whether a spreadsheet would take it for a formula, or it begins like a guarded one: so that whoever takes the guard away
/// has the value again.
fn is_guarded(text: &[u8]) -> bool {
    let text = text
        .iter()
        .position(|b| *b != b'\'')
        .map_or(&[][..], |at| &text[at..]);
    matches!(
        text.first(),
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')
    )
}

/// Whether it needs no quotes. Readers such as Import-Csv cut bare blanks off its ends.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let special =
        |word| byte_in(word, b'"') | byte_in(word, b',') | byte_in(word, b'\r') | byte_in(word, b'\n');
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    !any_word(text, special) && !is_blank(text.first()) && !is_blank(text.last())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::attributes::{Attributes, Names};
    use crate::cloud::Service;
    use crate::export::columns::Columns;
    use crate::filter::Resource;
    use crate::page::PageParser;

    fn rows(attributes: &[&str], users: &str, guarded: bool) -> String {
        rows_of(Service::Entra, attributes, users, guarded)
    }

    fn rows_of(service: Service, attributes: &[&str], users: &str, guarded: bool) -> String {
        let attributes: Vec<String> = attributes.iter().map(|a| (*a).to_owned()).collect();
        let names = Attributes {
            service,
            schema: Names::rfc(),
        };
        let columns = Columns::of(names, Resource::User, &attributes).unwrap();
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
                    "name",
                    "emails[work].value",
                    "emails[other].value",
                    "emails.value",
                    "department"
                ],
                users,
                false
            ),
            "id,active,name.givenName,name.familyName,emails[work].value,emails[other].value,emails.value,department\r\n\
             1,true,,Ö,a@x,b@x;c@x,a@x;b@x;c@x,D\r\n\
             2,,,,,,,\r\n"
        );
        assert_eq!(
            rows_of(Service::Generic, &["id", "shoeSize", "tags"], users, false),
            "id,shoeSize,tags\r\n1,41.5,x;y\r\n2,,\r\n"
        );
    }

    #[test]
    fn import_csv_reads_every_row_and_every_blank() {
        let users = r#"{"title": " leading"}, {}, {"title": "trailing\t"}, {"title": "in between"}"#;
        assert_eq!(
            rows(&["title"], users, false),
            "title\r\n\" leading\"\r\n\"\"\r\n\"trailing\t\"\r\nin between\r\n"
        );
    }

    #[test]
    fn several_objects_are_a_json_array() {
        let other = |users: &str| rows_of(Service::Generic, &["custom"], users, false);
        assert_eq!(
            other(r#"{"custom": [{"a": "\"1\""}, {"b": 2}]}"#),
            "custom\r\n\"[{\"\"a\"\":\"\"\\\"\"1\\\"\"\"\"},{\"\"b\"\":2}]\"\r\n"
        );
        assert_eq!(
            other(r#"{"custom": {"a": 1}}, {"custom": [{"a": 1}]}"#),
            "custom\r\n\"{\"\"a\"\":1}\"\r\n\"[{\"\"a\"\":1}]\"\r\n"
        );
        assert_eq!(
            other(r#"{"custom": ["x", {"a": 1}, null]}, {"custom": ["y"]}"#),
            "custom\r\n\"[\"\"x\"\",{\"\"a\"\":1}]\"\r\ny\r\n"
        );
    }

    #[test]
    fn another_servers_values_are_all_in_some_column() {
        let users = r#"
            {"emails": [{"type": "work", "value": "a@x", "primary": true}, {"type": "HOME", "value": "b@x"},
                {"type": "school", "value": "c@x"}, {"value": "d@x"}, {"type": "other", "value": "e@x", "verified": true}]},
            {"emails": ["f@x", "g@x"], "name": {"familyName": "F", "nick": "N"}}, {"emails": {"type": "home", "value": "h@x"}}"#;
        let text = rows_of(Service::Generic, &["emails", "name"], users, false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "emails[work].value,emails[work].primary,emails[home].value,emails[home].primary,emails[other].value,\
             emails[other].primary,emails,name.formatted,name.familyName,name.givenName,name.middleName,\
             name.honorificPrefix,name.honorificSuffix,name"
        );
        let rest = r#"[{""type"":""school"",""value"":""c@x""},{""value"":""d@x""},{""type"":""other"",""value"":""e@x"",""verified"":true}]"#;
        assert_eq!(lines[1], format!("a@x,true,b@x,,e@x,,\"{rest}\",,,,,,,"));
        assert_eq!(
            lines[2],
            r#",,,,,,f@x;g@x,,F,,,,,"{""familyName"":""F"",""nick"":""N""}""#
        );
        assert_eq!(lines[3], ",,h@x,,,,,,,,,,,");
        assert_eq!(
            rows_of(Service::Generic, &["emails.value"], users, false),
            "emails.value\r\na@x;b@x;c@x;d@x;e@x\r\nf@x;g@x\r\nh@x\r\n"
        );
    }

    #[test]
    fn of_names_that_differ_in_case_the_exact_one_counts() {
        let users = r#"{"ID": "04", "id": "4", "Id": "four"}, {"Id": "5", "ID": "05"}, {"id": "6"},
            {"id": "7", "name": {"FamilyName": "no", "familyName": "yes", "GivenName": "g"}}"#;
        let text = rows_of(
            Service::Generic,
            &["id", "name.familyName", "name.givenName"],
            users,
            false,
        );
        assert_eq!(
            text,
            "id,name.familyName,name.givenName\r\n4,,\r\n5,,\r\n6,,\r\n7,yes,g\r\n"
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
        // What begins like a guarded value is guarded too, so that the guard can be taken away again.
        let quoted = r#"{"title": "'=1"}, {"title": "'tis"}, {"title": "''-"}"#;
        assert_eq!(
            rows(&["title"], quoted, true),
            "title\r\n''=1\r\n'tis\r\n'''-\r\n"
        );
    }
}
