//! A hash that, unlike the standard library's, is the same in every run and on every machine of one word
//! size.

use std::fmt::{self, Debug, Write};
use std::hash::{Hash, Hasher};

const LEFT: u64 = 0x9e37_79b9_7f4a_7c15;
const RIGHT: u64 = 0xd1b5_4a32_d192_ed03;

/// Two lanes of 64 bits, wide enough to identify a state by its hash alone.
#[derive(Clone, Copy, Debug)]
pub struct Stable {
    left: u64,
    right: u64,
}

impl Default for Stable {
    fn default() -> Self {
        Self { left: LEFT, right: RIGHT }
    }
}

impl Stable {
    /// All 128 bits.
    pub fn wide(&self) -> u128 {
        (u128::from(mix(self.left)) << 64) | u128::from(mix(self.right))
    }
}

impl Hasher for Stable {
    fn finish(&self) -> u64 {
        mix(self.left ^ self.right.rotate_left(32))
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.write_u64(chunk.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte)));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let word = rest.iter().fold(1, |word: u64, byte| (word << 8) | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.left = (self.left ^ n).wrapping_mul(LEFT).rotate_left(29);
        self.right = self.right.wrapping_add(n).wrapping_mul(RIGHT).rotate_left(31) ^ self.left;
    }
}

impl Write for Stable {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}

/// Hashes a value.
pub fn of(value: &impl Hash) -> u64 {
    let mut stable = Stable::default();
    value.hash(&mut stable);
    stable.finish()
}

/// Hashes a value by its `Debug` text.
pub fn of_text(value: &impl Debug) -> u64 {
    let mut stable = Stable::default();
    // Writing to a hash cannot fail.
    let _ = write!(stable, "{value:?}");
    stable.finish()
}

/// Spreads every bit of a number over all of them.
pub const fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
