"""The files that posts carry: uploads of their author (`features/media`), told of in what is sealed of the post."""

from collections.abc import Iterable, Sequence

from petrel.core.doors import Writer
from petrel.core.errors import PetrelError
from petrel.features import media
from petrel.features.media import Kind, Uploaded
from petrel.features.posts.shapes import Attachment, Carries, Draft

BITS = {Kind.IMAGE: Carries.PICTURE, Kind.GIFV: Carries.VIDEO, Kind.VIDEO: Carries.VIDEO, Kind.AUDIO: Carries.AUDIO}
Files = tuple[tuple[Attachment, ...], Carries]
NONE: Files = ((), Carries(0))


def _files(some: Iterable[Uploaded]) -> Files:
    attachments, bits = [], Carries(0)
    for one in some:
        told = media.told(one)
        attachments.append(Attachment(told.id, told.kind, told.file, told.preview, told.description, told.blurhash,
                                      told.meta))
        bits |= BITS.get(one.kind, Carries(0))
    return tuple(attachments), bits


async def attach_many(w: Writer, posts: Sequence[tuple[int, int, Draft]]) -> list[Files | PetrelError]:
    """For each (author, post, draft) what the post will carry, or why it cannot. The uploads are the posts' from now
    on."""
    wanted = [media.Wanted(author, post, draft.media, draft.described) for author, post, draft in posts]
    return [one if isinstance(one, PetrelError) else _files(one) for one in await media.attach_many(w, wanted)]


async def attach(w: Writer, author: int, post: int, draft: Draft) -> Files:
    """To a post that is there: what it carries no longer is gone with its bytes. Errors: Invalid."""
    files = (await attach_many(w, [(author, post, draft)]))[0]
    if isinstance(files, PetrelError):
        raise files
    await media.drop_of(w, [post], keep=draft.media)
    return files
