//! The headers of a Windows module.

use std::fs;
use std::path::Path;

use object::pe::{
    IMAGE_DIRECTORY_ENTRY_RESOURCE, IMAGE_DIRECTORY_ENTRY_TLS, ImageNtHeaders32, ImageNtHeaders64,
};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile};
use object::{LittleEndian as LE, Object};

use kit::bits::Bits;
use kit::error::Error;

/// A DLL, as far as its loader and its callers are concerned.
#[derive(Debug)]
pub struct Module {
    /// For which processor.
    pub bits: Bits,
    /// Every exported name with its address in memory, sorted.
    pub exports: Vec<(String, u64)>,
    /// Every import as `dll!function`, the DLL in small letters; sorted.
    pub imports: Vec<String>,
    /// The oldest Windows that loads it, such as (5, 1) for XP.
    pub subsystem: (u16, u16),
    /// Whether it may be moved in memory, and its data not run.
    pub characteristics: u16,
    /// How many bytes of data each thread gets from the loader.
    pub thread_data: u64,
    /// Whether it has symbols or debug sections.
    pub stripped: bool,
    /// The resources.
    pub resources: Vec<u8>,
}

impl Module {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let bytes = fs::read(file).map_err(Error::file("read", file))?;
        let wrong = |error: object::Error| Error::Check(format!("{}: {error}", file.display()));
        match object::FileKind::parse(&*bytes).map_err(wrong)? {
            object::FileKind::Pe32 => parse::<ImageNtHeaders32>(Bits::X86, &bytes).map_err(wrong),
            object::FileKind::Pe64 => parse::<ImageNtHeaders64>(Bits::X64, &bytes).map_err(wrong),
            kind => Err(Error::Check(format!("{} is no Windows module: {kind:?}", file.display()))),
        }
    }

    /// The exported names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().map(|(name, _)| name.as_str())
    }
}

fn parse<Pe: ImageNtHeaders>(bits: Bits, bytes: &[u8]) -> object::Result<Module> {
    let file = PeFile::<Pe>::parse(bytes)?;
    let header = file.nt_headers().optional_header();
    let mut exports: Vec<_> = file
        .exports()?
        .iter()
        .map(|export| (String::from_utf8_lossy(export.name()).into_owned(), export.address()))
        .collect();
    exports.sort();
    let mut imports: Vec<_> = file
        .imports()?
        .iter()
        .map(|import| {
            let dll = String::from_utf8_lossy(import.library()).to_lowercase();
            format!("{dll}!{}", String::from_utf8_lossy(import.name()))
        })
        .collect();
    imports.sort();
    imports.dedup();
    let symbols = file.nt_headers().file_header().pointer_to_symbol_table.get(LE);
    let resources = file
        .data_directories()
        .get(IMAGE_DIRECTORY_ENTRY_RESOURCE)
        .map(|directory| directory.data(bytes, &file.section_table()))
        .transpose()?;
    Ok(Module {
        bits,
        exports,
        imports,
        subsystem: (header.major_subsystem_version(), header.minor_subsystem_version()),
        characteristics: header.dll_characteristics(),
        thread_data: thread_data(&file, bytes)?,
        stripped: symbols == 0,
        resources: resources.unwrap_or_default().to_vec(),
    })
}

/// The directory begins with the addresses of where that data starts and ends.
fn thread_data<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, bytes: &[u8]) -> object::Result<u64> {
    let Some(directory) = file.data_directories().get(IMAGE_DIRECTORY_ENTRY_TLS) else { return Ok(0) };
    let data = directory.data(bytes, &file.section_table())?;
    let width = if file.nt_headers().is_type_64() { 8 } else { 4 };
    let address = |at: usize| {
        let bytes = data.get(at * width..(at + 1) * width).unwrap_or_default();
        bytes.iter().rev().fold(0_u64, |address, byte| address << 8 | u64::from(*byte))
    };
    Ok(address(1).saturating_sub(address(0)))
}
