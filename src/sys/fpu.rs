//! The host's floating-point unit. Delphi and others run with its exceptions unmasked and a precision of
//! their own. Code in here that never expected a division by zero to trap must not trap, and the host must
//! find everything as it was.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod x86 {
    use std::arch::asm;

    /// All exceptions masked, round to nearest: the processor's initial state.
    static MXCSR: u32 = 0x1f80;

    /// The host's state, restored when this is dropped.
    pub struct HostState {
        /// Control, status and tag words of the x87, as `fnstenv` stores them.
        x87: [u32; 7],
        mxcsr: u32,
    }

    impl HostState {
        /// Saves the host's state and sets the processor's initial one.
        pub fn set_aside() -> Self {
            let mut host = Self { x87: [0; 7], mxcsr: 0 };
            // SAFETY: the instructions write 28 and 4 bytes to fields of that size, and leave a state in
            // which compiled code may run: the x87 stack empty, everything masked. The processors of every
            // target here have SSE.
            unsafe {
                asm!(
                    "fnstenv [{x87}]",
                    "fninit",
                    "stmxcsr [{mxcsr}]",
                    "ldmxcsr [{clean}]",
                    x87 = in(reg) host.x87.as_mut_ptr(),
                    mxcsr = in(reg) &raw mut host.mxcsr,
                    clean = in(reg) &raw const MXCSR,
                    options(nostack),
                );
            }
            host
        }
    }

    impl Drop for HostState {
        fn drop(&mut self) {
            // SAFETY: loads the state that `set_aside` stored.
            unsafe {
                asm!(
                    "fldenv [{x87}]",
                    "ldmxcsr [{mxcsr}]",
                    x87 = in(reg) self.x87.as_ptr(),
                    mxcsr = in(reg) &raw const self.mxcsr,
                    options(nostack),
                );
            }
        }
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub use x86::HostState;

/// Other processors have no exceptions that a host could have unmasked.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub struct HostState;

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
impl HostState {
    /// Nothing to save.
    pub fn set_aside() -> Self {
        Self
    }
}

#[cfg(all(test, any(target_arch = "x86", target_arch = "x86_64")))]
mod tests {
    use std::arch::asm;

    use super::HostState;

    fn words() -> (u16, u32) {
        let (mut control, mut mxcsr) = (0_u16, 0_u32);
        // SAFETY: each instruction writes a local of its size.
        unsafe {
            asm!(
                "fnstcw [{control}]",
                "stmxcsr [{mxcsr}]",
                control = in(reg) &raw mut control,
                mxcsr = in(reg) &raw mut mxcsr,
                options(nostack),
            );
        }
        (control, mxcsr)
    }

    fn set(control: u16, mxcsr: u32) {
        // SAFETY: both are valid words; no floating-point arithmetic happens until they are set back.
        unsafe {
            asm!(
                "fldcw [{control}]",
                "ldmxcsr [{mxcsr}]",
                control = in(reg) &raw const control,
                mxcsr = in(reg) &raw const mxcsr,
                options(nostack),
            );
        }
    }

    #[test]
    fn the_words_of_a_delphi_host_come_back_and_inside_everything_is_masked() {
        let before = words();
        // Delphi sets 0x1332, and bit 6 always reads as 1: zero divide, overflow and invalid operation are
        // unmasked. MXCSR is set the same way, with flush to zero besides.
        let delphi = (0x1372, 0x1f80 & !0x680 | 0x8000);
        set(delphi.0, delphi.1);
        let host = HostState::set_aside();
        let inside = words();
        let infinite = std::hint::black_box(1.0) / std::hint::black_box(0.0);
        drop(host);
        let after = words();
        set(before.0, before.1);
        assert_eq!(inside, (0x037f, 0x1f80));
        assert_eq!(infinite, f64::INFINITY);
        assert_eq!(after, delphi);
    }
}
