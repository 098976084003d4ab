#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wsy_fuzz::responses::run(data));
