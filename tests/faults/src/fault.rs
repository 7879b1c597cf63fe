//! What goes wrong, and when: all of it follows from a seed, so that a run that failed can be had again.

use std::time::Duration;

use fastrand::Rng;

/// What happens to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// The answer comes late.
    Latency,
    /// Each part of the answer comes after a pause of its own.
    Jitter,
    /// A few bytes at a time.
    Drip,
    /// The connection is reset when the request arrives: the service never sees it.
    ResetBefore,
    /// The connection is reset in the middle of the request: the service never sees it.
    ResetInside,
    /// The service handles the request; then the connection is reset.
    ResetAfter,
    /// The service handles the request; then the connection is closed in good order, without an answer.
    CloseAfter,
    /// The answer ends in the middle of its head.
    CutHead,
    /// The answer ends in the middle of its body.
    CutBody,
    /// `Content-Length` says less than there is; the rest follows all the same.
    ShortLength,
    /// `Content-Length` says more than there is.
    LongLength,
    /// The answer comes twice.
    Twice,
    /// Bytes that are no HTTP, in place of the answer.
    GarbageHead,
    /// Bytes that are no JSON, in place of the body.
    GarbageBody,
    /// 429 with `Retry-After: 0`; the service never sees the request.
    ThrottledFor0,
    /// 429 with a `Retry-After` that is a date in the past.
    ThrottledUntil,
    /// 429 that does not say how long.
    Throttled,
    /// 500, 502, 503 or 504; the service never sees the request.
    Unavailable(u16),
    /// The service handles the request; the answer is 504 all the same, as from a gateway that gave up.
    GaveUp,
    /// No answer at all, on a connection that stays open.
    Hang,
}

/// What happens to a connection before anything is sent on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectFault {
    /// It is reset at once.
    Reset,
    /// TLS's handshake is never answered.
    HandshakeHangs,
    /// Bytes that are no TLS, in place of the handshake.
    HandshakeGarbage,
}

/// What happens to the look-up of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameFault {
    /// It is answered by an error, as for a name that nobody knows.
    NameNotFound,
    /// It is answered by no address at all.
    NameWithoutAddress,
    /// An address where nobody listens comes before the good one.
    NameElsewhereFirst,
    /// It takes its time.
    NameLate,
    /// It is never answered.
    NameHangs,
}

const KINDS: [Fault; 23] = [
    Fault::Latency,
    Fault::Jitter,
    Fault::Drip,
    Fault::ResetBefore,
    Fault::ResetInside,
    Fault::ResetAfter,
    Fault::CloseAfter,
    Fault::CutHead,
    Fault::CutBody,
    Fault::ShortLength,
    Fault::LongLength,
    Fault::Twice,
    Fault::GarbageHead,
    Fault::GarbageBody,
    Fault::ThrottledFor0,
    Fault::ThrottledUntil,
    Fault::Throttled,
    Fault::Unavailable(500),
    Fault::Unavailable(502),
    Fault::Unavailable(503),
    Fault::Unavailable(504),
    Fault::GaveUp,
    Fault::Hang,
];

/// A hang costs the client its whole time limit, so a plan has few of them.
const HANGS: u32 = 2;

/// All that goes wrong in one run.
#[derive(Debug)]
pub struct Plan {
    seed: u64,
    /// Of a thousand exchanges, how many are struck.
    rate: u32,
    /// The faults of this plan: a few of all, so that runs differ.
    kinds: Vec<Fault>,
    /// Exchanges that are all struck by one fault, from one number up to another.
    storm: std::ops::Range<u64>,
    storm_kind: Fault,
    /// Whether connections are struck too.
    connections: bool,
    /// Whether look-ups of names are.
    names: bool,
    /// So many look-ups fail at the start, and then names work.
    unknown_names: u64,
    hangs: u32,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut kinds = KINDS.to_vec();
        rng.shuffle(&mut kinds);
        kinds.truncate(rng.usize(1..=KINDS.len()));
        let storm_start = rng.u64(0..30);
        let storm_length = if rng.u8(0..3) == 0 { rng.u64(1..12) } else { 0 };
        let storms = [
            Fault::Throttled,
            Fault::ThrottledFor0,
            Fault::Unavailable(503),
            Fault::ResetBefore,
            Fault::ResetAfter,
        ];
        Self {
            seed,
            rate: [0, 20, 80, 250, 600][rng.usize(0..5)],
            kinds,
            storm: storm_start..storm_start + storm_length,
            storm_kind: storms[rng.usize(0..storms.len())],
            connections: rng.bool(),
            names: rng.bool(),
            unknown_names: [0, 0, 0, 0, 1, 3][rng.usize(0..6)],
            hangs: HANGS,
        }
    }

    /// A plan in which every exchange from number `first` on is struck by `fault`, `times` times.
    #[must_use]
    pub fn only(fault: Fault, first: u64, times: u64) -> Self {
        Self {
            seed: 0,
            rate: 0,
            kinds: Vec::new(),
            storm: first..first + times,
            storm_kind: fault,
            connections: false,
            names: false,
            unknown_names: 0,
            hangs: u32::MAX,
        }
    }

    /// A plan in which the first so many look-ups of names fail, and nothing else does.
    #[must_use]
    pub fn unknown_names(times: u64) -> Self {
        Self {
            unknown_names: times,
            ..Self::only(Fault::Latency, 0, 0)
        }
    }

    /// What happens to exchange number `n`, counted over all connections.
    pub fn exchange(&mut self, n: u64) -> Option<Fault> {
        let mut rng = self.rng(n, 1);
        let fault = if self.storm.contains(&n) {
            self.storm_kind
        } else if rng.u32(0..1000) < self.rate {
            *rng.choice(&self.kinds)?
        } else {
            return None;
        };
        if fault == Fault::Hang {
            self.hangs = self.hangs.checked_sub(1)?;
        }
        Some(fault)
    }

    /// What happens to connection number `n`.
    pub fn connection(&mut self, n: u64, tls: bool) -> Option<ConnectFault> {
        let mut rng = self.rng(n, 2);
        if !self.connections || rng.u32(0..1000) >= self.rate {
            return None;
        }
        match rng.u8(0..4) {
            0 if tls => {
                self.hangs = self.hangs.checked_sub(1)?;
                Some(ConnectFault::HandshakeHangs)
            }
            1 if tls => Some(ConnectFault::HandshakeGarbage),
            _ => Some(ConnectFault::Reset),
        }
    }

    /// What happens to look-up number `n` of a name.
    pub fn name(&mut self, n: u64) -> Option<NameFault> {
        let mut rng = self.rng(n, 4);
        if n < self.unknown_names {
            return Some(NameFault::NameNotFound);
        }
        if !self.names || rng.u32(0..1000) >= self.rate {
            return None;
        }
        let fault = match rng.u8(0..8) {
            0 | 1 => NameFault::NameNotFound,
            2 => NameFault::NameWithoutAddress,
            3 | 4 => NameFault::NameElsewhereFirst,
            5 | 6 => NameFault::NameLate,
            _ => NameFault::NameHangs,
        };
        if fault == NameFault::NameHangs {
            self.hangs = self.hangs.checked_sub(1)?;
        }
        Some(fault)
    }

    /// Numbers for the details of a fault: where to cut, how long to wait.
    #[must_use]
    pub fn details(&self, n: u64) -> Rng {
        self.rng(n, 3)
    }

    fn rng(&self, n: u64, purpose: u64) -> Rng {
        Rng::with_seed(self.seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (purpose << 60))
    }
}

/// A pause that is felt, and short of the client's time limit.
pub(crate) fn pause(rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.u64(1..40))
}
