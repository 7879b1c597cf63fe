//! What wiping freed memory costs: blocks and a growing body, by the system's allocator and by the library's.
//! `cargo run --release -p scim-ffi --example wiping`
#![allow(clippy::print_stdout)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    // Links the library, whose allocator is then this program's.
    assert_ne!(scim_native::scim_abi_hash(), 0);
    println!("| freed | system | wiping |\n| --- | --- | --- |");
    for (name, size, times) in [
        ("64 B", 64, 1_000_000),
        ("4 KiB", 4 << 10, 100_000),
        ("64 KiB", 64 << 10, 20_000),
        ("1.4 MiB, a page", 1434 << 10, 500),
    ] {
        let Ok(layout) = Layout::from_size_align(size, 8) else {
            continue;
        };
        let time = |allocator: &dyn Fn(Layout) -> *mut u8, free: &dyn Fn(*mut u8, Layout)| {
            let began = Instant::now();
            for _ in 0..times {
                let block = allocator(layout);
                // SAFETY: as large as the layout says. A block that nobody wrote to would cost pages of its own.
                unsafe { block.write_bytes(1, size) };
                free(black_box(block), layout);
            }
            began.elapsed() / times
        };
        // SAFETY: the layout has a size, and each block is freed once, by the allocator that gave it.
        let system = time(&|l| unsafe { System.alloc(l) }, &|b, l| unsafe {
            System.dealloc(b, l)
        });
        // SAFETY: likewise.
        let wiping = time(&|l| unsafe { std::alloc::alloc(l) }, &|b, l| unsafe {
            std::alloc::dealloc(b, l);
        });
        println!("| {name} | {} | {} |", show(system), show(wiping));
    }
}

fn show(time: Duration) -> String {
    format!("{:.2} µs", time.as_nanos() as f64 / 1000.0)
}
