//! The problem codes of this crate.

host::codes! {
    NO_SUCH_COLLECTION = "spatial-no-such-collection" 404 0x87 "There is no such collection" "沒有這個圖徵集" "没有这个要素集";
    NO_SUCH_FEATURE = "spatial-no-such-feature" 404 0x87 "There is no such feature" "沒有這個圖徵" "没有这个要素";
    NO_BASE_MAP = "spatial-no-base-map" 404 0x87 "This city has no base map" "這個城市沒有底圖" "这个城市没有底图";
    NO_SUCH_TILE = "spatial-no-such-tile" 404 0x90 "There is no such map tile" "沒有這塊地圖圖磚" "没有这块地图瓦片";
    BAD_BOX = "spatial-bad-box" 400 0x99 "The box could not be understood" "無法理解這個範圍" "无法理解这个范围";
    BAD_QUERY = "spatial-bad-query" 400 0x99 "The query could not be understood" "無法理解這個查詢" "无法理解这个查询";
}
