//! The problem codes of this crate.

host::codes! {
    NO_SUCH_ENTITY = "sensing-no-such-entity" 404 0x87 "There is no such entity" "沒有這個實體" "没有这个实体";
    NO_SUCH_DATASTREAM = "sensing-no-such-datastream" 404 0x87 "There is no such datastream" "沒有這個數據流" "没有这个数据流";
    BAD_PATH = "sensing-bad-path" 404 0x90 "This address leads nowhere in the data model" "這個網址不在資料模型之內" "这个网址不在数据模型之内";
    BAD_QUERY = "sensing-bad-query" 400 0x99 "The query could not be understood" "無法理解這個查詢" "无法理解这个查询";
    BAD_ENTITY = "sensing-bad-entity" 400 0x99 "The entity could not be understood" "無法理解這個實體" "无法理解这个实体";
    BAD_OBSERVATION = "sensing-bad-observation" 400 0x99 "The observation could not be understood" "無法理解這項觀測" "无法理解这项观测";
    BAD_BATCH = "sensing-bad-batch" 400 0x99 "The batch could not be understood" "無法理解這個批次" "无法理解这个批次";
    ROLLED_BACK = "sensing-rolled-back" 424 0x80 "Nothing was done, since another request of its group failed" "同組的另一個請求失敗，因此沒有執行" "同组的另一个请求失败，因此没有执行";
    REFUSED = "sensing-observation-refused" 422 0x99 "The observation does not fit its datastream" "這項觀測與數據流不符" "这项观测与数据流不符";
    SLUG_TAKEN = "sensing-slug-taken" 409 0x99 "This name is taken" "這個名稱已被使用" "这个名称已被使用";
    TOO_DEEP = "sensing-too-deep" 400 0x99 "The query goes too deep" "查詢的層數太多" "查询的层数太多";
    TOO_MUCH = "sensing-too-much" 400 0x97 "This would look at too much at once" "一次要查閱的資料太多" "一次要查阅的数据太多";
    IN_USE = "sensing-in-use" 409 0x99 "Too much depends on this to remove it at once" "仍有太多資料依附於此，無法一次移除" "仍有太多数据依附于此，无法一次移除";
    NO_SUCH_DEVICE = "sensing-no-such-device" 404 0x87 "There is no such device" "沒有這個裝置" "没有这个设备";
    BAD_DEVICE = "sensing-bad-device" 400 0x99 "The device could not be understood" "無法理解這個裝置的資料" "无法理解这个设备的资料";
    DEVICE_STATE = "sensing-device-state" 409 0x87 "The device is not in a state for this" "裝置目前的狀態不容許這樣做" "设备目前的状态不容许这样做";
    NO_SUCH_ALERT = "sensing-no-such-alert" 404 0x87 "There is no such alert" "沒有這項警示" "没有这项警报";
    BAD_ALERT = "sensing-bad-alert" 422 0x99 "This cannot be done with the alert" "不能對這項警示執行這個操作" "不能对这项警报执行这个操作";
    BUSY = "sensing-busy" 429 0x97 "Too many observations at once; send this again soon" "同時收到的觀測太多，請稍後再傳送" "同时收到的观测太多，请稍后再发送";
}
