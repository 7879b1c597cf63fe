//! Renders resources from a template that is cut to a projection once per request.
//!
//! A template is a tree of members. A projection prunes it, and what is left becomes a flat program: literals
//! copied as they are, fields written by their source, jumps over what a resource lacks. Rendering a resource
//! is then little more than copying, whether 4 members are asked for or 40.

use crate::projection::View;

/// A field of a generated resource.
pub(crate) trait Field: Copy + 'static {
    /// Whether a resource may lack it.
    fn optional(self) -> bool;
    /// Whether it is a JSON string.
    fn quoted(self) -> bool;
}

/// Where the fields' values come from. Values need no JSON escaping.
pub(crate) trait Source<F> {
    /// Whether the resource has the field; asked only for optional ones.
    fn has(&self, field: F) -> bool;
    /// Appends the value, without quotes.
    fn write(&self, field: F, out: &mut Vec<u8>);
}

/// A member of the template.
pub(crate) enum Node<F: 'static> {
    /// A name and a JSON text that is the same for all resources.
    Fixed(&'static str, &'static str),
    /// A name and a field.
    Leaf(&'static str, F),
    /// A name and the members of an object.
    Object(&'static str, &'static [Node<F>]),
    /// A name and the elements of an array of objects.
    Objects(&'static str, &'static [Element<F>]),
    /// A name and the only value of an array of simple values.
    Values(&'static str, F),
}

/// An element of an array: left out when the resource lacks the field that it hangs on.
pub(crate) struct Element<F: 'static>(pub(crate) F, pub(crate) &'static [Node<F>]);

#[derive(Debug)]
enum Op<F> {
    Text(Vec<u8>),
    Field(F),
    /// Goes on at the given op when the resource lacks the field.
    Unless(F, usize),
    /// Remembers where an object or array starts, so that an empty one can be taken back.
    Begin,
    /// Closes it.
    End(u8),
}

/// A template cut to a projection.
#[derive(Debug)]
pub(crate) struct Program<F> {
    ops: Vec<Op<F>>,
    joinable: bool,
}

impl<F: Field> Program<F> {
    pub(crate) fn compile(template: &[Node<F>], view: View<'_>) -> Self {
        let mut program = Program {
            ops: Vec::new(),
            joinable: false,
        };
        program.text(b"{");
        program.members(template, view);
        program
    }

    fn text(&mut self, text: &[u8]) {
        match self.ops.last_mut() {
            // Where a jump lands a new op must start, or the jump would skip what is not its own.
            Some(Op::Text(last)) if self.joinable => last.extend_from_slice(text),
            _ => self.ops.push(Op::Text(text.to_vec())),
        }
        self.joinable = true;
    }

    fn members(&mut self, nodes: &[Node<F>], view: View<'_>) {
        for node in nodes {
            match node {
                Node::Fixed(name, json) => {
                    if view.child(name).is_some_and(|v| v.whole()) {
                        self.text(format!("\"{name}\":{json},").as_bytes());
                    }
                }
                Node::Leaf(name, field) => {
                    if view.child(name).is_some_and(|v| v.whole()) {
                        self.guarded(*field, |program| {
                            program.value(&format!("\"{name}\":"), *field, "")
                        });
                    }
                }
                Node::Values(name, field) => {
                    if view.child(name).is_some_and(|v| v.whole()) {
                        self.guarded(*field, |program| {
                            program.value(&format!("\"{name}\":["), *field, "]")
                        });
                    }
                }
                Node::Object(name, children) => {
                    if let Some(inner) = view.child(name) {
                        self.nested(&format!("\"{name}\":{{"), b'}', |program| {
                            program.members(children, inner)
                        });
                    }
                }
                Node::Objects(name, elements) => {
                    let Some(inner) = view.child(name) else { continue };
                    self.nested(&format!("\"{name}\":["), b']', |program| {
                        for Element(guard, children) in *elements {
                            program.guarded(*guard, |program| {
                                program.nested("{", b'}', |program| program.members(children, inner));
                            });
                        }
                    });
                }
            }
        }
    }

    fn value(&mut self, before: &str, field: F, after: &str) {
        let quote = if field.quoted() { "\"" } else { "" };
        self.text(format!("{before}{quote}").as_bytes());
        self.ops.push(Op::Field(field));
        self.text(format!("{quote}{after},").as_bytes());
    }

    fn nested(&mut self, open: &str, close: u8, fill: impl FnOnce(&mut Self)) {
        self.ops.push(Op::Begin);
        self.text(open.as_bytes());
        fill(self);
        self.ops.push(Op::End(close));
    }

    fn guarded(&mut self, field: F, fill: impl FnOnce(&mut Self)) {
        if !field.optional() {
            return fill(self);
        }
        let at = self.ops.len();
        self.ops.push(Op::Unless(field, 0));
        fill(self);
        let next = self.ops.len();
        if let Some(Op::Unless(_, target)) = self.ops.get_mut(at) {
            *target = next;
        }
        self.joinable = false;
    }

    /// Appends the resource as one JSON object.
    pub(crate) fn render(&self, source: &impl Source<F>, out: &mut Vec<u8>) {
        let mut starts = [0usize; 8];
        let mut depth = 0;
        let mut at = 0;
        while let Some(op) = self.ops.get(at) {
            at += 1;
            match op {
                Op::Text(text) => out.extend_from_slice(text),
                Op::Field(field) => source.write(*field, out),
                Op::Unless(field, target) => {
                    if !source.has(*field) {
                        at = *target;
                    }
                }
                Op::Begin => {
                    starts[depth & 7] = out.len();
                    depth += 1;
                }
                Op::End(close) => {
                    depth -= 1;
                    match out.last() {
                        Some(b'{' | b'[') => out.truncate(starts[depth & 7]),
                        Some(b',') => {
                            out.pop();
                            out.extend_from_slice(&[*close, b',']);
                        }
                        _ => out.extend_from_slice(&[*close, b',']),
                    }
                }
            }
        }
        if out.last() == Some(&b',') {
            out.pop();
        }
        out.push(b'}');
    }
}
