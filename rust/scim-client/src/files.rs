//! Files in folders that others may write to. What PSScim makes holds personal data, so it is its owner's alone; what it
//! opens again has to be a file of its own, since a link, a pipe or a device that somebody put there in advance would have
//! it write elsewhere, read without end, or wait forever.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How often a file is opened anew that appears or disappears meanwhile.
const TRIES: usize = 8;

/// Makes a file that isn't there yet. Whatever stands at the path, a link too, is an error.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a file with a name that nobody can guess, next to another.
pub(crate) fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{:016x}.tmp", random()?));
    let path = PathBuf::from(name);
    Ok((create_new(&path)?, path))
}

fn random() -> io::Result<u64> {
    let mut bytes = [0; 8];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)
        .map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(u64::from_ne_bytes(bytes))
}

/// Opens a file of one's own to read and write, or makes it. It is private from then on. `options` adds what the caller
/// needs besides.
///
/// # Errors
/// Anything but a regular file with one name that this user owns is refused.
pub(crate) fn open(path: &Path, change: impl Fn(&mut OpenOptions)) -> io::Result<File> {
    for _ in 0..TRIES {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        change(&mut options);
        let file = match existing(&mut options, path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                options.create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                match options.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                    made => made?,
                }
            }
            found => found?,
        };
        own(&file.metadata()?)?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        return Ok(file);
    }
    Err(io::Error::other("it appears and disappears"))
}

/// Reads a small file of one's own.
///
/// # Errors
/// As [`open`]; and where it has more than `most` bytes.
pub(crate) fn read_own(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = existing(OpenOptions::new().read(true), path)?;
    own(&file.metadata()?)?;
    whole(file, most)
}

/// Reads a small file that anyone may have put there, through links too, such as a token in a Kubernetes volume.
///
/// # Errors
/// Where it isn't a regular file, or has more than `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    // To open a pipe would wait for its other end.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    whole(file, most)
}

fn whole(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Opens what stands at the path itself, without following a link or waiting for a pipe.
fn existing(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits() as i32);
    }
    #[cfg(windows)]
    {
        /// FILE_FLAG_OPEN_REPARSE_POINT
        const ITSELF: u32 = 0x0020_0000;
        std::os::windows::fs::OpenOptionsExt::custom_flags(options, ITSELF);
    }
    options
        .open(path)
        .map_err(|error| match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => refused("a link"),
            Ok(found) if !found.is_file() && !found.is_dir() => refused("a pipe or a device"),
            _ => error,
        })
}

fn regular(found: &Metadata) -> io::Result<()> {
    match found.is_file() {
        true => Ok(()),
        false if found.is_dir() => Err(refused("a folder")),
        false if found.is_symlink() => Err(refused("a link")),
        false => Err(refused("a pipe or a device")),
    }
}

fn own(found: &Metadata) -> io::Result<()> {
    regular(found)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if found.nlink() > 1 {
            return Err(refused("a file with several names (hard links)"));
        }
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(refused("another user's file"));
        }
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::MetadataExt;
        /// FILE_ATTRIBUTE_REPARSE_POINT: a link or a junction, which `is_symlink` doesn't know all of.
        const REPARSE_POINT: u32 = 0x400;
        if found.file_attributes() & REPARSE_POINT != 0 {
            return Err(refused("a link"));
        }
    }
    Ok(())
}

fn refused(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {what}, and PSScim uses only its own regular files"),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("psscim-files-{name}-{:016x}", random().unwrap()));
        fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn a_file_is_made_once_and_opened_again() {
        use std::io::Write;
        let folder = folder("own");
        let path = folder.join("a");
        open(&path, |_| ()).unwrap().write_all(b"x").unwrap();
        open(&path, |options| {
            options.append(true);
        })
        .unwrap()
        .write_all(b"y")
        .unwrap();
        assert_eq!(read_own(&path, 2).unwrap(), b"xy");
        assert!(
            read_own(&path, 1)
                .unwrap_err()
                .to_string()
                .contains("more than 1 bytes")
        );
        assert!(create_new(&path).is_err());
        let (_, beside) = create_beside(&path).unwrap();
        assert_ne!(beside, path);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_devices_and_folders_are_refused_at_once() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder("others");
        let target = folder.join("target");
        fs::write(&target, "kept").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        let at = |name: &str| folder.join(name);
        symlink(&target, at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        fs::hard_link(&target, at("hard")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status()
            .unwrap();
        assert!(made.success());
        for name in ["link", "dangling", "zero", "hard", "folder", "pipe"] {
            assert!(open(&at(name), |_| ()).is_err(), "{name}");
            assert!(read_own(&at(name), 10).is_err(), "{name}");
            assert!(create_new(&at(name)).is_err(), "{name}");
        }
        for name in ["pipe", "zero", "folder"] {
            assert!(read(&at(name), 10).is_err(), "{name}");
        }
        assert_eq!(read(&at("link"), 10).unwrap(), b"kept");
        assert!(!at("nowhere").exists());
        let mode = fs::metadata(&target).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o644, "a file that a link led to was changed");
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("mode");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.join("a");
        drop(open(&path, |_| ()).unwrap());
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        drop(open(&path, |_| ()).unwrap());
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&create_beside(&path).unwrap().1), 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
