//! Tasks in the background that must not end unseen.

use crate::halt::Halt;

/// Runs a task that nothing may go on without: where it breaks off, the brake is pulled, and so
/// people and monitoring see it.
pub(crate) fn watched(
    name: &'static str,
    halt: &Halt,
    task: impl Future<Output = ()> + Send + 'static,
) {
    let (halt, task) = (halt.clone(), tokio::spawn(task));
    tokio::spawn(async move {
        if let Err(fault) = task.await
            && fault.is_panic()
        {
            halt.pull(format!(
                "the portal's {name} broke off; restart the server and report its log"
            ));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_breaks_off_pulls_the_brake() {
        let halt = Halt::default();
        watched("writer", &halt, async {});
        tokio::task::yield_now().await;
        watched("reconciler", &halt, async { panic!("as a bug would") });
        while halt.reason().is_none() {
            tokio::task::yield_now().await;
        }
        assert!(
            halt.reason()
                .is_some_and(|reason| reason.contains("reconciler"))
        );
    }
}
