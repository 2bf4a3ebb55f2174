"""The use cases and workflows that join the departments; :class:`picturelock.studio.facade.Studio` is the one door."""
