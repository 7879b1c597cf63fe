//! Azure Arc's challenge: whoever asks for a token proves by a key file that it may read what only the machine's
//! administrators may.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::identity::unavailable;
use super::variables::Variables;
use crate::error::Error;
use crate::headers;

/// The challenge names a key file; a longer one is not Arc's.
const KEY_BYTES: u64 = 4096;

/// Where Arc's agent writes its key files.
pub(super) fn documented_folder(variables: &Variables) -> PathBuf {
    if cfg!(windows) {
        let data = variables.get("ProgramData").unwrap_or(r"C:\ProgramData");
        Path::new(data).join("AzureConnectedMachineAgent").join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

/// Reads the key that the challenge `Basic realm=FILE` names: proof that we may read what only the machine's
/// administrators may. Whoever answers in Arc's place must not be able to have us send any other file.
pub(super) fn key(challenge: Option<&str>, folder: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Some(named) = challenge.and_then(headers::basic_realm) else {
        return Err(unavailable(
            "Azure Arc's endpoint refused the request and didn't name a key file.",
        ));
    };
    let refused = |why: &str| {
        unavailable(format!(
            "PSScim didn't read the key file '{named}' that Azure Arc's endpoint named: {why}."
        ))
    };
    let path = Path::new(named);
    if path.extension().is_none_or(|e| e != "key") {
        return Err(refused("its name doesn't end in .key"));
    }
    let real = std::fs::canonicalize(path).map_err(|e| refused(&e.to_string()))?;
    let folder = std::fs::canonicalize(folder)
        .map_err(|e| refused(&format!("the folder '{}' can't be read: {e}", folder.display())))?;
    if real.parent() != Some(folder.as_path()) || real.extension().is_none_or(|e| e != "key") {
        return Err(refused(&format!("it isn't in '{}'", folder.display())));
    }
    let file = std::fs::File::open(&real).map_err(|e| refused(&e.to_string()))?;
    let mut key = Zeroizing::new(Vec::with_capacity(KEY_BYTES as usize + 1));
    file.take(KEY_BYTES + 1)
        .read_to_end(&mut key)
        .map_err(|e| refused(&e.to_string()))?;
    if key.len() as u64 > KEY_BYTES {
        return Err(refused(&format!("it's larger than {KEY_BYTES} bytes")));
    }
    Ok(Zeroizing::new(key.trim_ascii().to_vec()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn only_a_small_key_in_the_folder_is_read() {
        let base = std::env::temp_dir().join(format!("psscim-arc-{}", std::process::id()));
        let folder = base.join("tokens");
        std::fs::create_dir_all(&folder).unwrap();
        let write = |path: &Path, bytes: &[u8]| {
            std::fs::write(path, bytes).unwrap();
            format!("Basic realm={}", path.display())
        };
        let good = write(&folder.join("a.key"), b"key\n");
        assert_eq!(&*key(Some(&good), &folder).unwrap(), b"key");
        let over = format!("Basic realm={}/../a.key", folder.display());
        for bad in [
            write(&base.join("b.key"), b"outside"),
            write(&folder.join("c.txt"), b"another kind"),
            write(&folder.join("d.key"), &[b'x'; 4097]),
            over,
            "Bearer realm=x".to_owned(),
            "Basic".to_owned(),
        ] {
            assert_eq!(
                key(Some(&bad), &folder).unwrap_err().kind(),
                Kind::ManagedIdentityUnavailable,
                "{bad}"
            );
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(base.join("b.key"), folder.join("e.key")).unwrap();
            let link = format!("Basic realm={}", folder.join("e.key").display());
            assert!(key(Some(&link), &folder).is_err());
        }
        std::fs::remove_dir_all(base).unwrap();
    }
}
