//! The end of the file: appended to by one thread, which brings to the disk at once whatever has gathered since it last
//! did (group commit). Whoever appends waits until its own lines are there.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// Lines, and who waits for them.
type Wanted = (Vec<u8>, oneshot::Sender<io::Result<()>>);

#[derive(Debug)]
pub(super) struct Log {
    wanted: Option<Sender<Wanted>>,
    thread: Option<JoinHandle<()>>,
}

impl Log {
    /// `file` stands at its end.
    pub(super) fn start(file: File) -> Self {
        let (wanted, wants) = channel();
        Self {
            wanted: Some(wanted),
            thread: Some(std::thread::spawn(move || keep(file, &wants))),
        }
    }

    /// Returns when the lines are on the disk.
    pub(super) async fn append(&self, lines: Vec<u8>) -> io::Result<()> {
        let (done, written) = oneshot::channel();
        if let Some(wanted) = &self.wanted {
            let _ = wanted.send((lines, done));
        }
        written
            .await
            .unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
    }
}

impl Drop for Log {
    /// The lock goes with the file, and the next command may come at once.
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn keep(mut file: File, wants: &Receiver<Wanted>) {
    let mut broken: Option<io::Error> = None;
    while let Ok((mut lines, done)) = wants.recv() {
        let mut waiting = vec![done];
        for (more, done) in wants.try_iter() {
            lines.extend_from_slice(&more);
            waiting.push(done);
        }
        // After a failure the file's end is not known; nothing more is put behind it.
        if broken.is_none() {
            broken = file.write_all(&lines).and_then(|()| file.sync_data()).err();
        }
        for done in waiting {
            let _ = done.send(match &broken {
                None => Ok(()),
                Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            });
        }
    }
}
