//! The library's allocator: what is freed is wiped first, so that no secret, assertion or token stays behind in memory
//! that nobody owns, whichever crate held it: HTTP, TLS, JSON and key parsers keep copies of their own.
//! docs/performance.md has what it costs.

use std::alloc::{GlobalAlloc, Layout, System};

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

struct Wiping;

// SAFETY: all is handed on to the system's allocator; `realloc` is the trait's own, which allocates, copies and frees by
// the functions here, so that what it leaves behind is wiped too.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's to free, and as large as the layout says.
        unsafe {
            block.write_bytes(0, layout.size());
            // The compiler knows that nobody reads a freed block, and would leave the line above out.
            std::hint::black_box(block);
            System.dealloc(block, layout);
        }
    }
}
