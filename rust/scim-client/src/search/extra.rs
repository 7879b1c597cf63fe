//! What a search asks for beyond `-Attributes`, since a filter that is evaluated here needs it, and how it is taken out
//! again: an object never has an attribute that nobody asked for.

use crate::filter::{self, AttrPath, known};
use crate::page::{tag, varint};
use crate::record::{Field, Record, Value};

/// The attributes to ask for, and what of the answers to take out.
#[derive(Debug, Default)]
pub(super) struct Extra {
    pub(super) attributes: Vec<String>,
    pub(super) excluded: Vec<String>,
    pub(super) strip: Option<Strip>,
}

impl Extra {
    /// `needed` are the attributes that the evaluation looks at.
    pub(super) fn new(attributes: &[String], excluded: &[String], needed: &[AttrPath]) -> Self {
        let mut extra = Self {
            attributes: attributes.to_vec(),
            excluded: Vec::new(),
            strip: None,
        };
        let asked: Vec<Place> = attributes.iter().map(|text| Place::read(text)).collect();
        let mut added: Vec<Place> = Vec::new();
        if !attributes.is_empty() {
            for path in needed {
                let (place, exact) = (Place::of(path, false), Place::of(path, true));
                if !place.is_id() && !asked.iter().chain(&added).any(|other| other.holds(&exact)) {
                    // The whole attribute: not every service serves parts of one.
                    extra.attributes.push(match path.urn() {
                        Some(urn) if !known::is_core(urn) => format!("{urn}:{}", path.name()),
                        _ => path.name().to_owned(),
                    });
                    added.push(place);
                }
            }
        }
        for text in excluded {
            let place = Place::read(text);
            let is_needed = |path: &AttrPath| {
                let path = Place::of(path, true);
                place.holds(&path) || path.holds(&place)
            };
            if needed.iter().any(is_needed) {
                added.push(place);
            } else {
                extra.excluded.push(text.clone());
            }
        }
        extra.strip = Strip::new(&added, &asked);
        extra
    }
}

/// Whether -Attributes names the attribute, or something that it is part of.
pub(super) fn is_named(attributes: &[String], path: &AttrPath) -> bool {
    attributes
        .iter()
        .any(|text| Place::read(text).holds(&Place::of(path, true)))
}

/// Where an attribute stands in a resource: its extension's URN, and the names on the way, all in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    urn: Option<String>,
    names: Vec<String>,
}

impl Place {
    fn of(path: &AttrPath, with_sub: bool) -> Self {
        let names = [Some(path.name()), path.sub().filter(|_| with_sub)];
        Self {
            urn: path
                .urn()
                .filter(|urn| !known::is_core(urn))
                .map(str::to_ascii_lowercase),
            names: names.into_iter().flatten().map(str::to_ascii_lowercase).collect(),
        }
    }

    /// Of an attribute as people name it for -Attributes: a path, a whole schema, or a path with brackets.
    fn read(text: &str) -> Self {
        let Ok(path) = filter::parse_path(text) else {
            return Self {
                urn: None,
                names: vec![text.trim().to_ascii_lowercase()],
            };
        };
        if let Some(schema) = path.attribute.whole_schema() {
            return Self {
                urn: (!known::is_core(&schema)).then(|| schema.to_ascii_lowercase()),
                names: Vec::new(),
            };
        }
        let mut place = Self::of(&path.attribute, true);
        place
            .names
            .extend(path.sub_attribute.map(|sub| sub.to_ascii_lowercase()));
        place
    }

    fn holds(&self, other: &Self) -> bool {
        self.urn == other.urn && other.names.starts_with(&self.names)
    }

    /// Services return the id in any case.
    fn is_id(&self) -> bool {
        self.urn.is_none() && matches!(self.names.as_slice(), [name] if name == "id")
    }

    /// The members to go through.
    fn members(&self) -> impl Iterator<Item = &str> {
        self.urn.iter().chain(&self.names).map(String::as_str)
    }
}

/// What happens to a member of a resource.
#[derive(Debug, Clone)]
enum Fate {
    Kept,
    Dropped,
    /// It is looked into; of what is not listed, the flag says whether it is kept.
    Opened(bool, Vec<(String, Fate)>),
}

/// Takes members out of records.
#[derive(Debug)]
pub(super) struct Strip(Fate);

impl Strip {
    /// Takes out what was `added`, but not what was `asked` for inside of it.
    fn new(added: &[Place], asked: &[Place]) -> Option<Self> {
        let mut root = Fate::Opened(true, Vec::new());
        for place in added {
            root.put(place.members(), Fate::Dropped);
        }
        for place in asked {
            if added.iter().any(|added| added.holds(place)) {
                root.put(place.members(), Fate::Kept);
            }
        }
        (!added.is_empty()).then_some(Self(root))
    }

    /// Writes what is left of a record.
    pub(super) fn write(&self, record: Record<'_>, out: &mut Vec<u8>) {
        self.0.write(record, out);
    }
}

impl Fate {
    fn put<'t>(&mut self, mut members: impl Iterator<Item = &'t str>, fate: Fate) {
        let Some(name) = members.next() else {
            *self = fate;
            return;
        };
        // Inside of what is dropped only what is put there is kept.
        let others = !matches!(self, Fate::Dropped);
        if !matches!(self, Fate::Opened(..)) {
            *self = Fate::Opened(others, Vec::new());
        }
        let Fate::Opened(_, children) = self else { return };
        let at = match children.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                let fate = if others { Fate::Kept } else { Fate::Dropped };
                children.push((name.to_owned(), fate));
                children.len() - 1
            }
        };
        children[at].1.put(members, fate);
    }

    fn of(&self, name: &str) -> &Fate {
        let Fate::Opened(others, children) = self else {
            return self;
        };
        match children
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            Some((_, fate)) => fate,
            None if *others => &Fate::Kept,
            None => &Fate::Dropped,
        }
    }

    /// Writes the members that are left of an object.
    fn write(&self, record: Record<'_>, out: &mut Vec<u8>) {
        for field in record.fields() {
            let fate = self.of(field.name);
            match fate {
                Fate::Kept => {
                    varint(out, u64::from(field.id));
                    out.extend_from_slice(field.bytes);
                }
                Fate::Dropped => {}
                Fate::Opened(..) => fate.open(&field, out),
            }
        }
    }

    /// Writes a member of which a part may be left. Where nothing is, the service would not have sent it.
    fn open(&self, field: &Field<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        varint(out, u64::from(field.id));
        let is_left = match field.value {
            Value::Object(object) => self.object(object, out),
            Value::Array(array) => {
                let mut elements = Vec::new();
                let mut count = 0u64;
                for element in array.iter() {
                    count += u64::from(match element {
                        Value::Object(object) => self.object(object, &mut elements),
                        _ => false,
                    });
                }
                out.push(tag::ARRAY);
                let mut head = Vec::with_capacity(10);
                varint(&mut head, count);
                out.extend_from_slice(&((head.len() + elements.len()) as u32).to_le_bytes());
                out.extend_from_slice(&head);
                out.extend_from_slice(&elements);
                count > 0
            }
            _ => false,
        };
        if !is_left {
            out.truncate(start);
        }
    }

    fn object(&self, object: Record<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        out.push(tag::OBJECT);
        out.extend_from_slice(&[0; 4]);
        let inside = out.len();
        self.write(object, out);
        let length = out.len() - inside;
        out[inside - 4..inside].copy_from_slice(&(length as u32).to_le_bytes());
        if length == 0 {
            out.truncate(start);
        }
        length > 0
    }
}
