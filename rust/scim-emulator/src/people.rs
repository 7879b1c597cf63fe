//! Generated users.

use crate::names::{DEPARTMENTS, Department, LOCALES, Locale, OFFICES, Office};
use crate::world::{IdSpace, World, id_bytes, mix, write_guid, write_number, write_padded};

/// How many people report to one manager: as many as there are departments, so that each head of department
/// reports to the head of the company.
const REPORTS: u32 = 12;
/// 2014-01-01, the day on which the tenant was made.
const EPOCH: u64 = 1_388_534_400;
/// 2025-10-01, after which nothing generated has changed.
const LATEST: u64 = 1_759_276_800;

/// The parts of a generated user, as numbers and table entries; text is made when it is written.
pub(crate) struct Person<'w> {
    pub(crate) world: &'w World,
    pub(crate) index: u32,
    pub(crate) hash: u64,
    pub(crate) level: usize,
    department: u32,
    office: u8,
    pub(crate) given: (&'static str, &'static str),
    pub(crate) family: (&'static str, &'static str),
    pub(crate) locale: &'static Locale,
    /// Cleared when the manager has been deleted.
    pub(crate) manager: Option<u32>,
}

/// Level of the tree, place within the level, and the manager's index.
fn position(index: u32) -> (usize, u32, Option<u32>) {
    let (mut level, mut start, mut width) = (0, 0u64, 1u64);
    while u64::from(index) >= start + width {
        start += width;
        width *= u64::from(REPORTS);
        level += 1;
    }
    let place = u64::from(index) - start;
    if level == 0 {
        return (0, 0, None);
    }
    // Neighbours report to different managers and so work in different departments: a page shows a mix.
    let above = width / u64::from(REPORTS);
    (level, place as u32, Some((start - above + place % above) as u32))
}

pub(crate) fn pick<T: Copy>(hash: u64, salt: u64, from: &[T]) -> T {
    from[(mix(hash ^ salt) % from.len() as u64) as usize]
}

impl<'w> Person<'w> {
    pub(crate) fn new(world: &'w World, index: u32) -> Self {
        let (level, place, manager) = position(index);
        let hash = mix(world.seed ^ (u64::from(index) << 8) ^ 0x5ca1_ab1e);
        let locale = pick(hash, 1, LOCALES);
        Person {
            world,
            index,
            hash,
            level,
            department: place % REPORTS,
            office: pick(hash, 2, locale.offices),
            given: pick(hash, 3, locale.given),
            family: pick(hash, 4, locale.family),
            locale,
            manager,
        }
    }

    /// Index into [`DEPARTMENTS`]; `None` for the head of the company.
    pub(crate) fn department_index(&self) -> Option<u32> {
        (self.level > 0).then_some(self.department)
    }

    pub(crate) fn office_index(&self) -> u8 {
        self.office
    }

    pub(crate) fn active(&self) -> bool {
        self.index == 0 || mix(self.hash ^ 5) % 100 >= 7
    }

    pub(crate) fn one_in(&self, salt: u64, n: u64) -> bool {
        mix(self.hash ^ salt).is_multiple_of(n)
    }

    pub(crate) fn guest(&self) -> bool {
        self.level > 2 && self.one_in(6, 33)
    }

    pub(crate) fn synchronised(&self) -> bool {
        self.one_in(7, 12)
    }

    pub(crate) fn created(&self) -> u64 {
        EPOCH + mix(self.hash ^ 8) % (LATEST - EPOCH)
    }

    pub(crate) fn modified(&self) -> u64 {
        let created = self.created();
        created + mix(self.hash ^ 9) % (LATEST - created)
    }

    pub(crate) fn department(&self) -> Option<&'static Department> {
        (self.level > 0).then(|| &DEPARTMENTS[self.department as usize])
    }

    pub(crate) fn office(&self) -> &'static Office {
        &OFFICES[usize::from(self.office)]
    }

    pub(crate) fn title(&self) -> &'static str {
        match self.department() {
            Some(department) => department.titles[(self.level - 1).min(5)],
            None => "Chief Executive Officer",
        }
    }

    pub(crate) fn domain(&self) -> &'static str {
        if self.one_in(10, 10) {
            "fabrikam.com"
        } else {
            "contoso.com"
        }
    }

    pub(crate) fn write_nickname(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.given.1.as_bytes());
        out.push(b'.');
        out.extend_from_slice(self.family.1.as_bytes());
        write_number(u64::from(self.index) + 1, out);
    }

    pub(crate) fn write_user_name(&self, out: &mut Vec<u8>) {
        self.write_nickname(out);
        out.push(b'@');
        out.extend_from_slice(self.domain().as_bytes());
    }

    pub(crate) fn write_display_name(&self, out: &mut Vec<u8>) {
        let (first, second, gap) = match (self.locale.family_first, self.locale.language) {
            // Korean and Japanese names take a space, Chinese ones do not.
            (true, "zh-CN") => (self.family.0, self.given.0, ""),
            (true, _) => (self.family.0, self.given.0, " "),
            (false, _) => (self.given.0, self.family.0, " "),
        };
        out.extend_from_slice(first.as_bytes());
        out.extend_from_slice(gap.as_bytes());
        out.extend_from_slice(second.as_bytes());
    }

    pub(crate) fn write_phone(&self, salt: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(self.office().phone.as_bytes());
        out.push(b' ');
        write_padded(mix(self.hash ^ salt) % 10_000, 4, out);
    }

    pub(crate) fn write_id(&self, index: u32, out: &mut Vec<u8>) {
        write_guid(&id_bytes(self.world.seed, IdSpace::User, index), out);
    }
}

/// The index that a generated user name, nickname or external id would have: the digits at its end.
pub(crate) fn index_in(text: &str) -> Option<u32> {
    let stem = text.split('@').next().unwrap_or(text);
    let digits = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    stem.get(digits..)?.parse::<u32>().ok()?.checked_sub(1)
}
