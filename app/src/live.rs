//! Changes as they happen: server-sent events, from which a page learns only that it should look again.
//!
//! A tab holds one stream at most, whatever it shows: browsers grant an origin six connections over HTTP/1.1, and a
//! person at work has several tabs open.

use access::ids::RequestId;
use leptos::prelude::*;

/// Which changes a page wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Those of one request.
    Request(RequestId),
    /// All that the viewer may see.
    All,
}

/// The tab's stream of changes. Owner: the frame, which starts it; pages choose what it watches while they are shown.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    watch: RwSignal<Watch>,
    signed_in: RwSignal<bool>,
    count: RwSignal<u64>,
}

impl Live {
    /// Starts it for the whole tab; nothing is heard until somebody is signed in.
    pub fn start() -> Self {
        let live = Self {
            watch: RwSignal::new(Watch::All),
            signed_in: RwSignal::new(false),
            count: RwSignal::new(0),
        };
        #[cfg(feature = "hydrate")]
        browser::listen(
            Signal::derive(move || live.signed_in.get().then(|| live.watch.get())),
            live.count,
        );
        provide_context(live);
        live
    }

    /// Says whether somebody is signed in.
    pub fn signed_in(self, signed_in: bool) {
        if self.signed_in.get_untracked() != signed_in {
            self.signed_in.set(signed_in);
        }
    }

    /// Watches one request for as long as the calling page is shown.
    pub fn watch(self, request: RequestId) {
        if self.watch.get_untracked() != Watch::Request(request) {
            self.watch.set(Watch::Request(request));
        }
        on_cleanup(move || {
            self.watch.try_set(Watch::All);
        });
    }

    /// A number that rises with each change; 0 on the server and until the page is interactive.
    pub fn count(self) -> u64 {
        self.count.get()
    }
}

/// The tab's stream, or one that is silent where a component is drawn without the app.
pub fn use_live() -> Live {
    use_context().unwrap_or_else(|| Live {
        watch: RwSignal::new(Watch::All),
        signed_in: RwSignal::new(false),
        count: RwSignal::new(0),
    })
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::closure::Closure;
    use web_sys::EventSource;

    use super::Watch;

    type Listener = Closure<dyn FnMut()>;

    /// One open stream and what it calls; closed when dropped.
    struct Stream {
        source: EventSource,
        _listeners: [Listener; 2],
    }

    impl Drop for Stream {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    /// Follows `watch`: a new value closes the old stream and opens another; clean-up closes the last.
    pub(super) fn listen(watch: Signal<Option<Watch>>, count: RwSignal<u64>) {
        let watch = Memo::new(move |_| watch.get());
        let stream = StoredValue::new_local(None::<Stream>);
        Effect::new(move |_| stream.set_value(watch.get().and_then(|watch| open(watch, count))));
        on_cleanup(move || {
            stream.try_update_value(|open| *open = None);
        });
    }

    fn open(watch: Watch, count: RwSignal<u64>) -> Option<Stream> {
        let url = match watch {
            Watch::Request(id) => format!("/events?request={id}"),
            Watch::All => "/events".to_owned(),
        };
        let source = EventSource::new(&url).ok()?;
        let changed = Closure::<dyn FnMut()>::new(move || bump(count));
        // The first opening is the page's own; a later one follows a gap in which changes may have gone by.
        let mut opened_before = false;
        let opened = Closure::<dyn FnMut()>::new(move || {
            if opened_before {
                bump(count);
            }
            opened_before = true;
        });
        source
            .add_event_listener_with_callback("change", changed.as_ref().unchecked_ref())
            .ok()?;
        source
            .add_event_listener_with_callback("open", opened.as_ref().unchecked_ref())
            .ok()?;
        Some(Stream {
            source,
            _listeners: [changed, opened],
        })
    }

    fn bump(count: RwSignal<u64>) {
        // The page may be gone when a last event arrives.
        let _ = count.try_update(|n| *n += 1);
    }
}
